#include "gateway/sentry_components.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/incidents/alert_actions.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/writer.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

http::response message(int status, std::string_view text) {
    json::writer out;
    return http::response::json(status, out.begin_object().field("message", text).end_object().take());
}

http::response refused() {
    return message(401, "The signature is missing or wrong, or the installation is unknown.");
}

sentry::action_settings read_settings(json::value root) {
    sentry::action_settings settings;
    constexpr std::size_t max_fields = 50;
    auto const fields = root.find("fields");
    if (!fields || fields->kind() != json::kind::array) return settings;
    for (std::size_t i = 0; i < std::min(fields->size(), max_fields); ++i) {
        auto const field = fields->element(i);
        auto const name = field.find("name"), value = field.find("value");
        auto const name_text = name ? name->as_string() : std::nullopt;
        auto const value_text = value ? value->as_string() : std::nullopt;
        if (name_text && value_text) settings.emplace_back(std::string(*name_text), std::string(*value_text));
    }
    return settings;
}

bool is_signed(std::vector<sentry::signing_key> const& keys, http::request const& request) {
    bool const is_unique = request.headers.count("Sentry-App-Signature") == 1;
    auto const signature = is_unique ? *request.headers.find("Sentry-App-Signature") : std::string_view();
    return sentry::verify_signature(keys, request.body, signature).has_value();
}

using target_services = std::optional<std::vector<incidents::target_service>>;

http::response options_response(target_services const& found) {
    if (!found) return refused();
    json::writer out;
    out.begin_array();
    for (auto const& service : *found)
        out.begin_object().field("label", service.name).field("value", service.id.str()).end_object();
    return http::response::json(200, out.end_array().take());
}

http::response check_response(json::value root, target_services const& found) {
    if (!found) return refused();
    if (auto const problem = incidents::check_action_settings(read_settings(root), *found))
        return message(400, *problem);
    return http::response::json(200, "{}");
}

http::response unreadable() {
    return message(400, "Tocsin could not read the settings: they are not valid JSON.");
}

class components {
public:
    components(webhook_settings settings, find_webhook_keys keys_of, db::pool& pool)
        : settings_(std::move(settings)),
          keys_of_(std::move(keys_of)),
          dummy_keys_{{"none", crypto::random_token()}},
          pool_(pool) {
        if (settings_.keys.empty()) settings_.keys = dummy_keys_;
    }

    /// The signature covers the empty body, so it is constant for each secret. The UUID of the installation,
    /// which cannot be guessed, selects the organization.
    async::task<http::response> shared_services(http::request& request) {
        if (!is_signed(settings_.keys, request)) co_return refused();
        co_return options_response(
            co_await services_of(uuid::parse(request.query_value("installationId").value_or("")))
        );
    }

    async::task<http::response> check_shared_settings(http::request& request) {
        if (!is_signed(settings_.keys, request)) co_return refused();
        auto const body = json::parse(request.body);
        if (!body) co_return unreadable();
        auto const member = body->root().find("installationId");
        auto const text = member ? member->as_string() : std::nullopt;
        co_return check_response(
            body->root(), co_await services_of(text ? uuid::parse(*text) : std::nullopt)
        );
    }

    /// For the integration in the URL, whose own secret signs.
    async::task<http::response> own_services(http::request& request) {
        auto const caller = co_await find_caller(request);
        co_return options_response(caller ? co_await services_of(*caller) : std::nullopt);
    }

    async::task<http::response> check_own_settings(http::request& request) {
        auto const caller = co_await find_caller(request);
        if (!caller) co_return refused();
        auto const body = json::parse(request.body);
        if (!body) co_return unreadable();
        co_return check_response(body->root(), co_await services_of(*caller));
    }

private:
    struct own_integration {
        organization_id organization;
        integration_id integration;
    };

    /// Nothing if the signature is wrong or the integration has no secret.
    async::task<std::optional<own_integration>> find_caller(http::request const& request) {
        auto const id = integration_id::parse(request.capture("integration_id"));
        auto const found = id ? co_await keys_of_(*id) : std::nullopt;
        if (!is_signed(found ? found->keys : dummy_keys_, request) || !found) co_return std::nullopt;
        co_return own_integration{found->organization, *id};
    }

    async::task<target_services> services_of(std::optional<uuid> installation) {
        if (!installation) co_return std::nullopt;
        co_return co_await incidents::find_target_services(pool_, settings_.sentry_host, *installation);
    }
    async::task<target_services> services_of(own_integration caller) {
        return incidents::find_target_services(pool_, caller.organization, caller.integration);
    }

    webhook_settings settings_;
    find_webhook_keys keys_of_;
    /// Random. Verified if there is no key, so that a refusal always takes the same work.
    std::vector<sentry::signing_key> dummy_keys_;
    db::pool& pool_;
};

}  // namespace

std::vector<http::route> sentry_component_routes(
    webhook_settings const& settings, find_webhook_keys keys_of, db::pool& pool
) {
    auto const form = std::make_shared<components>(settings, std::move(keys_of), pool);
    auto const list = [](char const* pattern, http::handler handle) {
        return http::route{.method = http::method::get, .pattern = pattern, .handle = std::move(handle)};
    };
    auto const check = [](char const* pattern, http::handler handle) {
        return http::route{
            .method = http::method::post,
            .pattern = pattern,
            .body = http::body_kind::json,
            .handle = std::move(handle)
        };
    };
    return {
        list("/sentry/services", [form](http::request& request) { return form->shared_services(request); }),
        check(
            "/sentry/alert-action",
            [form](http::request& request) { return form->check_shared_settings(request); }
        ),
        list(
            "/sentry/{integration_id}/services",
            [form](http::request& request) { return form->own_services(request); }
        ),
        check(
            "/sentry/{integration_id}/alert-action",
            [form](http::request& request) { return form->check_own_settings(request); }
        ),
    };
}

}  // namespace tocsin::gateway
