#include "control.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

/// The control API of settings, the clock, and faults.
namespace tocsin::sandbox {

namespace {

std::string_view to_string(behavior_settings::announcement announcement) {
    switch (announcement) {
        case behavior_settings::announcement::before_redirect:
            return "before_redirect";
        case behavior_settings::announcement::never:
            return "never";
        case behavior_settings::announcement::after_redirect:
            break;
    }
    return "after_redirect";
}

/// The members of an application that can be changed.
void read_application(json::reader& in, application& app) {
    constexpr json::length scope_text{1, 64};
    if (auto value = in.optional_text("webhook_url", optional_long_text)) app.webhook_url = std::move(*value);
    if (auto value = in.optional_text("redirect_url", optional_long_text))
        app.redirect_url = std::move(*value);
    if (auto value = in.optional_text("client_secret", {1, 500}))
        app.client_secret = secret(std::move(*value));
    if (auto value = in.optional_texts("scopes", 50, scope_text)) {
        app.scopes = std::move(*value);
        std::sort(app.scopes.begin(), app.scopes.end());
    }
    if (auto value = in.optional_texts("subscriptions", 50, scope_text))
        app.subscriptions = std::move(*value);
}

void read_behavior(json::reader& in, behavior_settings& behavior) {
    using enum behavior_settings::announcement;
    behavior.published = in.optional_bool("published", behavior.published);
    behavior.verify_install = in.optional_bool("verify_install", behavior.verify_install);
    behavior.jwt_grant_enabled = in.optional_bool("jwt_grant_enabled", behavior.jwt_grant_enabled);
    if (auto const value = in.optional_int("token_lifetime_seconds", 1, 10 * 365 * 86'400))
        behavior.token_lifetime = std::chrono::seconds(*value);
    if (auto const value = in.optional_int("retry_delay_ms", 0, 3'600'000))
        behavior.retry_delay = std::chrono::milliseconds(*value);
    if (auto const value = in.optional_int("webhook_timeout_ms", 1, 60'000))
        behavior.webhook_timeout = std::chrono::milliseconds(*value);
    if (in.has("region_url")) behavior.region_url = in.optional_text("region_url", {0, 2'000});
    behavior.hold_webhooks = in.optional_bool("hold_webhooks", behavior.hold_webhooks);
    behavior.rate_limit = in.optional_int("rate_limit", 0, 1'000'000).value_or(behavior.rate_limit);
    auto const announcement =
        in.optional_word("installation_created", {"after_redirect", "before_redirect", "never"});
    if (announcement)
        behavior.installation_created = *announcement == "never"             ? never
                                        : *announcement == "before_redirect" ? before_redirect
                                                                             : after_redirect;
}

response_task change_settings(sandbox_context& context, http::request& request) {
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const slug = in.optional_text("app", short_text).value_or(context.state.main_application().slug);
    auto* const app = context.state.application_by_slug(slug);
    if (!app) co_return control_unknown("application");
    auto changed = *app;
    auto behavior = context.state.behavior;
    read_application(in, changed);
    read_behavior(in, behavior);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    *app = std::move(changed);
    context.state.behavior = behavior;
    json::writer out;
    out.begin_object();
    write_settings_state(out, behavior);
    co_return control_done(200, std::move(out));
}

response_task advance_clock(sandbox_context& context, http::request& request) {
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const seconds = in.required_int("advance", 0, 10 * 365 * 86'400);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    context.state.advance(std::chrono::seconds(seconds));
    json::writer out;
    out.begin_object().field("now", context.state.now());
    co_return control_done(200, std::move(out));
}

response_task arm_fault(sandbox_context& context, http::request& request) {
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    auto fault = parse_fault(body->root());
    if (!fault) co_return control_problem(fault.error());
    context.faults.arm(std::move(*fault));
    json::writer out;
    context.faults.write(out.begin_object().name("faults"));
    co_return control_done(201, std::move(out));
}

response_task clear_faults(sandbox_context& context, http::request&) {
    context.faults.clear();
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out));
}

}  // namespace

void write_settings_state(json::writer& out, behavior_settings const& behavior) {
    out.name("settings")
        .begin_object()
        .field("published", behavior.published)
        .field("verify_install", behavior.verify_install)
        .field("jwt_grant_enabled", behavior.jwt_grant_enabled)
        .field("token_lifetime_seconds", behavior.token_lifetime.count())
        .field("retry_delay_ms", behavior.retry_delay.count())
        .field("webhook_timeout_ms", behavior.webhook_timeout.count())
        .field("installation_created", to_string(behavior.installation_created))
        .field("hold_webhooks", behavior.hold_webhooks)
        .field("rate_limit", behavior.rate_limit)
        .field("region_url", behavior.region_url)
        .end_object();
}

void add_control_settings_routes(route_table& table, sandbox_context& context) {
    using enum http::method;
    add_control_route(table, context, post, "/control/settings", change_settings);
    add_control_route(table, context, post, "/control/clock", advance_clock);
    add_control_route(table, context, post, "/control/faults", arm_fault);
    add_control_route(table, context, delete_, "/control/faults", clear_faults);
}

}  // namespace tocsin::sandbox
