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

class components {
public:
    components(webhook_settings settings, db::pool& pool) : settings_(std::move(settings)), pool_(pool) {
        if (settings_.keys.empty()) settings_.keys.push_back({"none", crypto::random_token()});
    }

    /// The signature covers the empty body, so it is constant for each secret. The UUID of the installation,
    /// which cannot be guessed, selects the organization.
    async::task<http::response> services(http::request& request) {
        if (!is_signed(request)) co_return refused();
        auto const installation = uuid::parse(request.query_value("installationId").value_or(""));
        if (!installation) co_return refused();
        auto const found =
            co_await incidents::find_target_services(pool_, settings_.sentry_host, *installation);
        if (!found) co_return refused();
        json::writer out;
        out.begin_array();
        for (auto const& service : *found)
            out.begin_object().field("label", service.name).field("value", service.id.str()).end_object();
        co_return http::response::json(200, out.end_array().take());
    }

    async::task<http::response> check_settings(http::request& request) {
        if (!is_signed(request)) co_return refused();
        auto const body = json::parse(request.body);
        if (!body) co_return message(400, "Tocsin could not read the settings: they are not valid JSON.");
        auto const root = body->root();
        auto const member = root.find("installationId");
        auto const text = member ? member->as_string() : std::nullopt;
        auto const installation = text ? uuid::parse(*text) : std::nullopt;
        if (!installation) co_return refused();
        auto const found =
            co_await incidents::find_target_services(pool_, settings_.sentry_host, *installation);
        if (!found) co_return refused();
        if (auto const problem = incidents::check_action_settings(read_settings(root), *found))
            co_return message(400, *problem);
        co_return http::response::json(200, "{}");
    }

private:
    bool is_signed(http::request const& request) const {
        bool const is_unique = request.headers.count("Sentry-App-Signature") == 1;
        auto const signature = is_unique ? *request.headers.find("Sentry-App-Signature") : std::string_view();
        return sentry::verify_signature(settings_.keys, request.body, signature).has_value();
    }

    static sentry::action_settings read_settings(json::value root) {
        sentry::action_settings settings;
        constexpr std::size_t max_fields = 50;
        auto const fields = root.find("fields");
        if (!fields || fields->kind() != json::kind::array) return settings;
        for (std::size_t i = 0; i < std::min(fields->size(), max_fields); ++i) {
            auto const field = fields->element(i);
            auto const name = field.find("name"), value = field.find("value");
            auto const name_text = name ? name->as_string() : std::nullopt;
            auto const value_text = value ? value->as_string() : std::nullopt;
            if (name_text && value_text)
                settings.emplace_back(std::string(*name_text), std::string(*value_text));
        }
        return settings;
    }

    webhook_settings settings_;
    db::pool& pool_;
};

}  // namespace

std::vector<http::route> sentry_component_routes(webhook_settings const& settings, db::pool& pool) {
    auto const form = std::make_shared<components>(settings, pool);
    return {
        {.method = http::method::get,
         .pattern = "/sentry/services",
         .handle = [form](http::request& request) { return form->services(request); }},
        {.method = http::method::post,
         .pattern = "/sentry/alert-action",
         .body = http::body_kind::json,
         .handle = [form](http::request& request) { return form->check_settings(request); }},
    };
}

}  // namespace tocsin::gateway
