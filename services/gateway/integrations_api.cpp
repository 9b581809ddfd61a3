#include "gateway/integrations_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/integration_json.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"
#include "gateway/sentry_setup.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using integrations::mode;

constexpr json::length token_length{16, 512};
constexpr json::length secret_length{16, 256};
constexpr json::length organization_length{1, 200};

/// The fields of all modes.
struct new_integration {
    integrations::mode mode = mode::public_;
    std::string sentry_org;
    secret token;
    secret client_secret;
};

input<new_integration> new_integration_body() {
    auto const is = [](integrations::mode wanted) {
        return [wanted](json::reader const&, new_integration const& given) { return given.mode == wanted; };
    };
    auto const asks_browser = [](json::reader const&, new_integration const& given) {
        return given.mode != integrations::mode::internal;
    };
    return body_fields<new_integration>()
        .required("mode", &new_integration::mode, choice(integrations::mode_names))
        .when(
            asks_browser,
            body_fields<new_integration>().optional(
                "sentry_org", &new_integration::sentry_org, pasted(organization_length, header_value_problem)
            )
        )
        .when(
            is(mode::internal),
            body_fields<new_integration>()
                .required("token", &new_integration::token, pasted(token_length, header_value_problem))
                .required(
                    "client_secret",
                    &new_integration::client_secret,
                    pasted(secret_length, header_value_problem)
                )
                .required(
                    "sentry_org",
                    &new_integration::sentry_org,
                    pasted(organization_length, header_value_problem)
                )
        )
        .as_input();
}

struct integration_change {
    std::optional<std::string> sentry_org;
    std::optional<secret> webhook_secret;
};

input<integration_change> integration_change_body() {
    return body_fields<integration_change>()
        .optional(
            "sentry_org", &integration_change::sentry_org, pasted(organization_length, header_value_problem)
        )
        .optional(
            "webhook_secret", &integration_change::webhook_secret, pasted(secret_length, header_value_problem)
        )
        .at_least_one()
        .as_input();
}

/// Internal integrations may replace their access; what is empty stays.
struct reconnect_options {
    bool allow_other_organization = false;
    std::optional<secret> token;
    secret client_secret;
    std::string sentry_org;
};

input<reconnect_options> reconnect_body() {
    auto const has_access = [](json::reader const& in, reconnect_options const&) {
        return in.has("token") || in.has("client_secret") || in.has("sentry_org");
    };
    return body_fields<reconnect_options>()
        .optional("allow_other_organization", &reconnect_options::allow_other_organization, flag{})
        .when(
            has_access,
            body_fields<reconnect_options>()
                .required("token", &reconnect_options::token, pasted(token_length, header_value_problem))
                .optional(
                    "client_secret",
                    &reconnect_options::client_secret,
                    pasted(secret_length, header_value_problem)
                )
                .optional(
                    "sentry_org",
                    &reconnect_options::sentry_org,
                    pasted(organization_length, header_value_problem)
                )
        )
        .as_input();
}

void write_checks(json::writer& out, std::vector<integrations::check_result> const& from) {
    out.begin_object().name("checks").begin_array();
    for (auto const& each : from)
        out.begin_object()
            .field("name", each.name)
            .field("outcome", to_string(each.outcome))
            .field("detail", each.detail)
            .end_object();
    out.end_array().end_object();
}

/// The cookie of a connect flow that this browser has open already.
std::optional<secret> binding_of(http::request const& request, config::base_url const& public_url) {
    constexpr std::size_t chars = 43;  // 256 bits in base64url
    auto const cookie = request.cookie(binding_cookie_name(public_url.https));
    return cookie && cookie->size() == chars ? std::optional(secret(std::string(*cookie))) : std::nullopt;
}

class integrations_api {
public:
    explicit integrations_api(integration_parts parts)
        : parts_(std::move(parts)), write_(parts_.public_url, parts_.sentry_url) {}

    response_task list(request_context& ctx, list_slice slice) {
        auto const items = co_await parts_.store.list(ctx.organization());
        co_return slice_response(slice, items, write_);
    }

    response_task start(request_context& ctx, new_integration wanted) {
        auto const started = co_await start_connect(ctx, std::move(wanted));
        if (!started) co_return started.error();
        co_return started_response(201, *started);
    }

    response_task setup(request_context&) {
        co_return http::response::json(
            200, describe_setup({parts_.public_url, parts_.sentry_url, parts_.connect.registered()})
        );
    }

    response_task show(request_context& ctx, integration_id id) {
        co_return json_result(co_await parts_.store.find(ctx.organization(), id), write_);
    }

    response_task change(request_context& ctx, integration_id id, integration_change wanted) {
        auto const org = ctx.organization();
        if (wanted.webhook_secret) {
            auto const set = co_await parts_.connect.set_webhook_secret(
                org, id, std::move(*wanted.webhook_secret), ctx.principal
            );
            if (!set) co_return set.error();
        }
        if (wanted.sentry_org) {
            auto const chosen =
                co_await parts_.connect.choose(org, id, std::move(*wanted.sentry_org), ctx.principal);
            if (!chosen) co_return chosen.error();
        }
        co_return json_result(co_await parts_.store.find(org, id), write_);
    }

    response_task confirm(request_context& ctx, integration_id id) {
        auto const org = ctx.organization();
        auto const confirmed = co_await parts_.connect.confirm(org, id, ctx.principal);
        if (!confirmed) co_return confirmed.error();
        co_return json_result(co_await parts_.store.find(org, id), write_);
    }

    response_task reconnect(request_context& ctx, integration_id id, reconnect_options options) {
        integrations::reconnect_request wanted;
        if (options.allow_other_organization) wanted.others = integrations::other_organizations::allowed;
        if (options.token)
            wanted.access = integrations::internal_access{
                std::move(*options.token), std::move(options.client_secret), std::move(options.sentry_org)
            };
        co_await note(ctx, id, "integration.reconnect_requested");
        auto const started = co_await parts_.connect.reconnect(
            ctx.organization(),
            id,
            ctx.principal,
            binding_of(ctx.request, parts_.public_url),
            std::move(wanted)
        );
        if (!started) co_return started.error();
        co_return started_response(200, *started);
    }

    response_task disconnect(request_context& ctx, integration_id id) {
        auto const after = co_await parts_.connect.disconnect(ctx.organization(), id, ctx.principal);
        co_return json_result(after, write_);
    }

    response_task test(request_context& ctx, integration_id id) {
        co_return json_result(co_await parts_.checker.check(ctx.organization(), id), write_checks);
    }

    response_task refresh(request_context& ctx, integration_id id) {
        auto const org = ctx.organization();
        auto const exists = co_await parts_.store.find(org, id);
        if (!exists) co_return exists.error();
        co_await note(ctx, id, "integration.refresh_requested");
        auto const refreshed = co_await parts_.refresher.refresh_now(org, id);
        if (!refreshed) co_return refreshed.error();
        co_return json_result(co_await parts_.store.find(org, id), write_);
    }

    response_task attempts(request_context& ctx, integration_id id, list_slice slice) {
        auto const exists = co_await parts_.store.find(ctx.organization(), id);
        if (!exists) co_return exists.error();
        auto const items = co_await parts_.store.attempts(ctx.organization(), id);
        co_return slice_response(slice, items, write_refresh_attempt);
    }

private:
    /// For an action that may repair an integration without a change of its status.
    async::task<> note(request_context const& ctx, integration_id id, std::string action) {
        return parts_.audit.note(
            ctx.organization(), ctx.tenant().by, std::move(action), "integration", id.value
        );
    }

    async::task<result<integrations::started_connect>> start_connect(
        request_context& ctx, new_integration wanted
    ) {
        auto const org = ctx.organization();
        switch (wanted.mode) {
            case mode::public_:
                break;
            case mode::oauth:
                return parts_.connect.start_oauth(
                    org,
                    ctx.principal,
                    binding_of(ctx.request, parts_.public_url),
                    text_or_null(wanted.sentry_org)
                );
            case mode::internal:
                return parts_.connect.start_internal(
                    org,
                    ctx.principal,
                    {std::move(wanted.token), std::move(wanted.client_secret), std::move(wanted.sentry_org)}
                );
        }
        return parts_.connect.start_public(
            org, ctx.principal, binding_of(ctx.request, parts_.public_url), text_or_null(wanted.sentry_org)
        );
    }

    http::response started_response(int status, integrations::started_connect const& started) const {
        json::writer out;
        out.begin_object().name("integration");
        write_(out, started.integration);
        out.field("authorize_url", started.authorize_url).end_object();
        auto response = http::response::json(status, out.take());
        if (started.authorize_url) response.headers.add("Set-Cookie", binding_cookie(started.binding));
        return response;
    }

    std::string binding_cookie(secret const& binding) const {
        auto const lifetime =
            std::chrono::duration_cast<std::chrono::seconds>(integrations::connect::flow_lifetime);
        return std::string(binding_cookie_name(parts_.public_url.https)) + "=" +
               std::string(binding.reveal()) + "; Path=/; Max-Age=" + std::to_string(lifetime.count()) +
               "; HttpOnly; SameSite=Lax" + (parts_.public_url.https ? "; Secure" : "");
    }

    integration_parts parts_;
    integration_writer write_;
};

}  // namespace

endpoints integration_endpoints(integration_parts parts) {
    using identity::permission;
    using api = integrations_api;
    endpoint_list<api> rows(std::make_shared<api>(std::move(parts)), "/api/v1/orgs/{org}/integrations");
    auto const id = id_in_path<integration_id>("id", "There is no such integration.");
    constexpr auto view = permission::view;
    constexpr auto administer = permission::administer;
    rows.get("", view, &api::list, slice_input());
    rows.post("", administer, &api::start, new_integration_body());
    rows.get("/setup", view, &api::setup);
    rows.get("/{id}", view, &api::show, id);
    rows.patch("/{id}", administer, &api::change, id, integration_change_body());
    rows.post("/{id}/confirm", administer, &api::confirm, id);
    rows.post("/{id}/refresh", administer, &api::refresh, id);
    rows.post("/{id}/reconnect", administer, &api::reconnect, id, reconnect_body());
    rows.post("/{id}/disconnect", administer, &api::disconnect, id);
    rows.post("/{id}/test", administer, &api::test, id);
    rows.get("/{id}/attempts", view, &api::attempts, id, slice_input());
    return rows.take();
}

}  // namespace tocsin::gateway
