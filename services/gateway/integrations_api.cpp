#include "gateway/integrations_api.hpp"

#include "gateway/body.hpp"
#include "gateway/paging.hpp"
#include "gateway/sentry_setup.hpp"

#include <tocsin/integrations/scope_rules.hpp>
#include <tocsin/integrations/sentry_host.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using integrations::integration;

error no_integration() {
    return {errc::not_found, "There is no such integration."};
}

void write_credential(json::writer& out, std::optional<integrations::credential_summary> const& of) {
    out.name("credential");
    if (!of) {
        out.null();
        return;
    }
    out.begin_object()
        .field("expires_at", of->expires_at)
        .field("refreshed_at", of->refreshed_at)
        .field("next_refresh_at", of->next_refresh_at)
        .field("failed_attempts", of->failed_attempts)
        .field("last_error", of->last_error)
        .end_object();
}

std::string remedy_of(integration const& of, config::base_url const& sentry_url) {
    bool const may_go_on = of.status != integrations::status::disconnected || of.credential;
    if (auto const elsewhere = integrations::sentry_host_mismatch(of, sentry_url); elsewhere && may_go_on)
        return elsewhere->detail;
    auto const what_to_do = remedy(of.mode, of.status, of.reason);
    bool const deaf = what_to_do.empty() && !of.webhook_secret_set;
    return std::string(deaf ? integrations::missing_webhook_secret_remedy(of.mode) : what_to_do);
}

void write_sentry_org(json::writer& out, integrations::sentry_organization const& of) {
    out.begin_object().field("id", of.id).field("slug", of.slug).field("name", of.name).end_object();
}

void write_choices(json::writer& out, integration const& of) {
    out.name("available_orgs");
    if (of.reason != integrations::reason::choose_organization) {
        out.null();
        return;
    }
    out.begin_array();
    for (auto const& one : of.choices) write_sentry_org(out, one);
    out.end_array();
}

void write_missing_scopes(json::writer& out, integration const& of) {
    out.name("missing_scopes").begin_array();
    if (of.credential)
        for (auto const& one : integrations::missing_scopes(of.mode, of.scopes))
            out.begin_object().field("scope", one.scope).field("without", one.consequence).end_object();
    out.end_array();
}

void write_integration(
    json::writer& out,
    integration const& of,
    config::base_url const& public_url,
    config::base_url const& sentry_url
) {
    auto const what_to_do = remedy_of(of, sentry_url);
    out.begin_object()
        .field("id", of.id.str())
        .field("mode", to_string(of.mode))
        .field("status", to_string(of.status))
        .field("status_reason", to_string(of.reason))
        .field("status_since", of.status_since)
        .field("remedy", what_to_do.empty() ? std::nullopt : std::optional(what_to_do));
    out.name("sentry_org");
    if (of.sentry_org.id.empty())
        out.null();
    else
        write_sentry_org(out, of.sentry_org);
    out.field("sentry_url", of.sentry_host);
    write_choices(out, of);
    out.field("installation_id", of.installation ? std::optional(of.installation->str()) : std::nullopt)
        .field("scopes", of.scopes);
    write_missing_scopes(out, of);
    // Public integrations share one URL: Sentry says in the body which installation it speaks of.
    out.field(
        "webhook_url",
        public_url.str() + "/webhooks/sentry" +
            (of.mode == integrations::mode::public_ ? "" : "/" + of.id.str())
    );
    out.field("webhook_secret_set", of.webhook_secret_set);
    out.field("last_delivery_at", of.last_delivery_at);
    write_credential(out, of.credential);
    out.field("created_at", of.created_at).end_object();
}

class integrations_api {
public:
    explicit integrations_api(integration_parts parts) : parts_(std::move(parts)) {}

    async::task<result<http::response>> list(call& by) {
        auto const items = co_await parts_.store.list(by.organization());
        co_return list_part(by.request, items, [this](json::writer& out, integration const& each) {
            write_integration(out, each, parts_.public_url, parts_.sentry_url);
        });
    }

    async::task<result<http::response>> start(call& by) {
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto const mode = in.required_word("mode", {"public", "oauth", "internal"});
        std::optional<std::string> wanted_org;
        std::optional<integrations::internal_access> access;
        if (mode == "oauth") wanted_org = in.optional_text("sentry_org", {1, 200});
        if (mode == "internal") access = read_access(in);
        if (auto bad = in.problems()) co_return *bad;
        auto const org = by.organization();
        auto const started =
            access ? co_await parts_.connect.start_internal(org, by.who, std::move(*access))
            : mode == "oauth"
                ? co_await parts_.connect.start_oauth(org, by.who, binding_of(by.request), wanted_org)
                : co_await parts_.connect.start_public(org, by.who, binding_of(by.request));
        if (!started) co_return started.error();
        co_return started_answer(201, *started);
    }

    async::task<result<http::response>> change(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto const chosen = in.optional_text("sentry_org", {1, 200});
        auto const webhook_secret = in.optional_text("webhook_secret", {16, 256});
        if (auto bad = in.problems()) co_return *bad;
        if (!chosen && !webhook_secret)
            co_return error{errc::invalid, "Nothing to change: give sentry_org or webhook_secret."};
        if (webhook_secret) {
            auto const set = co_await parts_.connect.set_webhook_secret(
                by.organization(), *id, secret(*webhook_secret), by.who
            );
            if (!set) co_return set.error();
        }
        if (chosen) {
            auto const done = co_await parts_.connect.choose(by.organization(), *id, *chosen, by.who);
            if (!done) co_return done.error();
        }
        co_return co_await shown(by.organization(), *id);
    }

    async::task<result<http::response>> confirm(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        if (auto bad = refuse_fields(by.request)) co_return *bad;
        auto const done = co_await parts_.connect.confirm(by.organization(), *id, by.who);
        if (!done) co_return done.error();
        co_return co_await shown(by.organization(), *id);
    }

    async::task<result<http::response>> reconnect(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        integrations::reconnect_request how;
        if (in.optional_bool("allow_other_organization", false))
            how.others = integrations::other_organizations::allowed;
        if (in.has("token") || in.has("client_secret") || in.has("sentry_org"))
            how.access = integrations::internal_access{
                secret(in.required_text("token", {16, 512})),
                secret(in.optional_text("client_secret", {16, 256}).value_or("")),
                in.optional_text("sentry_org", {1, 200}).value_or("")
            };
        if (auto bad = in.problems()) co_return *bad;
        auto const started = co_await parts_.connect.reconnect(
            by.organization(), *id, by.who, binding_of(by.request), std::move(how)
        );
        if (!started) co_return started.error();
        co_return started_answer(200, *started);
    }

    async::task<result<http::response>> setup(call&) {
        co_return http::response::json(
            200, describe_setup({parts_.public_url, parts_.sentry_url, parts_.connect.registered()})
        );
    }

    async::task<result<http::response>> disconnect(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        if (auto bad = refuse_fields(by.request)) co_return *bad;
        auto const after = co_await parts_.connect.disconnect(by.organization(), *id, by.who);
        if (!after) co_return after.error();
        json::writer out;
        write_integration(out, *after, parts_.public_url, parts_.sentry_url);
        co_return http::response::json(200, out.take());
    }

    async::task<result<http::response>> test(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        if (auto bad = refuse_fields(by.request)) co_return *bad;
        auto const results = co_await parts_.checker.check(by.organization(), *id);
        if (!results) co_return results.error();
        json::writer out;
        out.begin_object().name("checks").begin_array();
        for (auto const& one : *results)
            out.begin_object()
                .field("name", one.name)
                .field("outcome", to_string(one.outcome))
                .field("detail", one.detail)
                .end_object();
        co_return http::response::json(200, out.end_array().end_object().take());
    }

    async::task<result<http::response>> show(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        co_return co_await shown(by.organization(), *id);
    }

    async::task<result<http::response>> refresh(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        if (auto bad = refuse_fields(by.request)) co_return *bad;
        auto const exists = co_await parts_.store.find(by.organization(), *id);
        if (!exists) co_return exists.error();
        auto const done = co_await parts_.refresher.refresh_now(by.organization(), *id);
        if (!done) co_return done.error();
        co_return co_await shown(by.organization(), *id);
    }

    async::task<result<http::response>> attempts(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        auto const exists = co_await parts_.store.find(by.organization(), *id);
        if (!exists) co_return exists.error();
        auto const items = co_await parts_.store.attempts(by.organization(), *id);
        co_return list_part(
            by.request,
            items,
            [](json::writer& out, integrations::refresh_attempt_summary const& each) {
                out.begin_object()
                    .field("id", each.id.str())
                    .field("started_at", each.started_at)
                    .field("finished_at", each.finished_at);
                out.field("trigger", to_string(each.trigger))
                    .field("outcome", each.outcome ? to_string(*each.outcome) : "running");
                out.field("http_status", each.http_status)
                    .field("detail", each.detail)
                    .field("next_at", each.next_at)
                    .end_object();
            }
        );
    }

private:
    async::task<result<http::response>> shown(organization_id org, integration_id id) {
        auto const found = co_await parts_.store.find(org, id);
        if (!found) co_return found.error();
        json::writer out;
        write_integration(out, *found, parts_.public_url, parts_.sentry_url);
        co_return http::response::json(200, out.take());
    }

    static integrations::internal_access read_access(json::reader& in) {
        return {
            secret(in.required_text("token", {16, 512})),
            secret(in.required_text("client_secret", {16, 256})),
            in.required_text("sentry_org", {1, 200})
        };
    }

    /// For a POST that takes no fields.
    static std::optional<error> refuse_fields(http::request const& request) {
        auto const body = read_object(request);
        if (!body) return body.error();
        return json::reader(body->root()).problems();
    }

    /// The cookie of an intent that this browser has open already.
    static std::optional<secret> binding_of(http::request const& request) {
        auto const cookie = request.cookie(binding_cookie_name);
        return cookie && cookie->size() == 43 ? std::optional(secret(std::string(*cookie))) : std::nullopt;
    }

    http::response started_answer(int status, integrations::started_connect const& started) const {
        json::writer out;
        out.begin_object().name("integration");
        write_integration(out, started.integration, parts_.public_url, parts_.sentry_url);
        auto answer = http::response::json(
            status, out.field("authorize_url", started.authorize_url).end_object().take()
        );
        if (started.authorize_url) answer.headers.add("Set-Cookie", binding_cookie(started.binding));
        return answer;
    }

    std::string binding_cookie(secret const& binding) const {
        auto const age =
            std::chrono::duration_cast<std::chrono::seconds>(integrations::connect::flow_lifetime).count();
        return std::string(binding_cookie_name) + "=" + std::string(binding.reveal()) +
               "; Path=/; Max-Age=" + std::to_string(age) + "; HttpOnly; SameSite=Lax" +
               (parts_.public_url.https ? "; Secure" : "");
    }

    integration_parts parts_;
};

}  // namespace

endpoints integration_endpoints(integration_parts parts) {
    using http::body_kind;
    using http::method;
    using identity::permission;
    std::string const all = "/api/v1/orgs/{org}/integrations";
    std::string const one = all + "/{id}";
    auto const api = std::make_shared<integrations_api>(std::move(parts));
    return {
        {method::get, all, permission::view, [api](call& by) { return api->list(by); }},
        {method::post,
         all,
         permission::administer,
         [api](call& by) { return api->start(by); },
         body_kind::json},
        {method::get, all + "/setup", permission::view, [api](call& by) { return api->setup(by); }},
        {method::get, one, permission::view, [api](call& by) { return api->show(by); }},
        {method::patch,
         one,
         permission::administer,
         [api](call& by) { return api->change(by); },
         body_kind::json},
        {method::post,
         one + "/confirm",
         permission::administer,
         [api](call& by) { return api->confirm(by); },
         body_kind::optional_json},
        {method::post,
         one + "/refresh",
         permission::administer,
         [api](call& by) { return api->refresh(by); },
         body_kind::optional_json},
        {method::post,
         one + "/reconnect",
         permission::administer,
         [api](call& by) { return api->reconnect(by); },
         body_kind::optional_json},
        {method::post,
         one + "/disconnect",
         permission::administer,
         [api](call& by) { return api->disconnect(by); },
         body_kind::optional_json},
        {method::post,
         one + "/test",
         permission::administer,
         [api](call& by) { return api->test(by); },
         body_kind::optional_json},
        {method::get, one + "/attempts", permission::view, [api](call& by) { return api->attempts(by); }},
    };
}

}  // namespace tocsin::gateway
