#include "control.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

/// GET /control/state, POST /control/settings, GET and DELETE /control/load.
namespace tocsin::sandbox {

namespace {

using answer = async::task<http::response>;

std::string_view to_string(switches::announcement when) {
    switch (when) {
        case switches::announcement::before_redirect:
            return "before_redirect";
        case switches::announcement::never:
            return "never";
        case switches::announcement::after_redirect:
            break;
    }
    return "after_redirect";
}

void write_switches(json::writer& out, switches const& set) {
    out.name("settings")
        .begin_object()
        .field("published", set.published)
        .field("verify_install", set.verify_install)
        .field("jwt_grant_enabled", set.jwt_grant_enabled)
        .field("token_lifetime_seconds", set.token_lifetime.count())
        .field("retry_delay_ms", set.retry_delay.count())
        .field("webhook_timeout_ms", set.webhook_timeout.count())
        .field("installation_created", to_string(set.installation_created))
        .field("rate_limit", set.rate_limit)
        .field("region_url", set.region_url)
        .end_object();
}

void write_applications(json::writer& out, state const& world) {
    out.name("applications").begin_array();
    for (auto const& each : world.applications) {
        out.begin_object()
            .field("slug", each.slug)
            .field("name", each.name)
            .field("uuid", each.public_id.str())
            .field("internal", each.internal)
            .field("client_id", each.client_id)
            .field("redirect_url", each.redirect_url)
            .field("webhook_url", each.webhook_url)
            .field("scopes", each.scopes)
            .field("subscriptions", each.subscriptions)
            .end_object();
    }
    out.end_array();
}

void write_organizations(json::writer& out, state const& world) {
    out.name("organizations").begin_array();
    for (auto const& each : world.organizations) {
        out.begin_object()
            .field("id", each.id)
            .field("slug", each.slug)
            .field("name", each.name)
            .name("projects")
            .begin_array();
        for (auto const& in : world.projects) {
            if (in.organization_id != each.id) continue;
            out.begin_object()
                .field("id", in.id)
                .field("slug", in.slug)
                .field("name", in.name)
                .field("platform", in.platform)
                .end_object();
        }
        out.end_array().end_object();
    }
    out.end_array();
}

void write_installations(json::writer& out, state& world) {
    out.name("installations").begin_array();
    for (auto const& each : world.installations) {
        out.begin_object()
            .field("uuid", each.id.str())
            .field("app", world.application_of(each).slug)
            .field("internal", world.application_of(each).internal)
            .field("organization", world.organization_of(each).slug)
            .field("status", sandbox::to_string(each.status))
            .field("code_unused", !each.code.empty())
            .name("token");
        if (each.token) {
            out.begin_object()
                .field("id", std::to_string(each.token->id))
                .field("fingerprint", fingerprint(each.token->token))
                .field("refresh_fingerprint", fingerprint(each.token->refresh_token))
                .field("created_at", each.token->created)
                .field("expires_at", each.token->expires)
                .end_object();
        } else if (!each.lasting_token.empty()) {
            out.begin_object()
                .field("fingerprint", fingerprint(each.lasting_token))
                .field("expires_at", nullptr)
                .end_object();
        } else {
            out.null();
        }
        out.end_object();
    }
    out.end_array();
}

void write_counters(json::writer& out, state const& world) {
    out.name("token_calls").begin_object();
    for (auto const& [grant, results] : world.token_calls) {
        out.name(grant).begin_object();
        for (auto const& [status, count] : results) out.field(status, count);
        out.end_object();
    }
    out.end_object().name("api_calls").begin_object();
    for (auto const& [area, count] : world.api_calls) out.field(area, count);
    out.end_object();
}

void write_loads(json::writer& out, state const& world) {
    out.begin_object();
    for (auto const& [area, load] : world.loads)
        out.name(area)
            .begin_object()
            .field("at_once", load.most_at_once())
            .field("in_a_second", load.most_in_a_second())
            .end_object();
    out.end_object();
}

/// Beside the state, which is long where there are many tokens.
answer show_load(core& shared, http::request&) {
    json::writer out;
    write_loads(out, shared.world);
    co_return http::response::json(200, out.take());
}

answer forget_load(core& shared, http::request&) {
    for (auto& [area, load] : shared.world.loads) load.start_anew();
    json::writer out;
    write_loads(out, shared.world);
    co_return http::response::json(200, out.take());
}

answer show_state(core& shared, http::request&) {
    auto& world = shared.world;
    json::writer out;
    out.begin_object()
        .field("now", world.now())
        .field("clock_advanced_seconds", std::chrono::floor<std::chrono::seconds>(world.offset()).count())
        .field("url", shared.base_url);
    write_switches(out, world.set);
    write_applications(out, world);
    write_organizations(out, world);
    write_installations(out, world);
    write_oauth_state(out, world);
    out.name("issues").begin_array();
    for (auto const& each : world.issues) write_issue_state(out, world, each);
    out.end_array().name("faults");
    shared.faults.write(out);
    write_counters(out, world);
    out.end_object();
    co_return http::response::json(200, out.take());
}

/// The members of an application that may change while it runs.
void read_application(json::reader& in, application& to) {
    constexpr json::length url{0, 2'000};
    constexpr json::length word{1, 64};
    if (auto given = in.optional_text("webhook_url", url)) to.webhook_url = std::move(*given);
    if (auto given = in.optional_text("redirect_url", url)) to.redirect_url = std::move(*given);
    if (auto given = in.optional_text("client_secret", {1, 500}))
        to.client_secret = secret(std::move(*given));
    if (auto given = in.optional_texts("scopes", 50, word)) {
        to.scopes = std::move(*given);
        std::sort(to.scopes.begin(), to.scopes.end());
    }
    if (auto given = in.optional_texts("subscriptions", 50, word)) to.subscriptions = std::move(*given);
}

void read_switches(json::reader& in, switches& to) {
    using enum switches::announcement;
    to.published = in.optional_bool("published", to.published);
    to.verify_install = in.optional_bool("verify_install", to.verify_install);
    to.jwt_grant_enabled = in.optional_bool("jwt_grant_enabled", to.jwt_grant_enabled);
    if (auto const given = in.optional_int("token_lifetime_seconds", 1, 10 * 365 * 86'400))
        to.token_lifetime = std::chrono::seconds(*given);
    if (auto const given = in.optional_int("retry_delay_ms", 0, 3'600'000))
        to.retry_delay = std::chrono::milliseconds(*given);
    if (auto const given = in.optional_int("webhook_timeout_ms", 1, 60'000))
        to.webhook_timeout = std::chrono::milliseconds(*given);
    if (in.has("region_url")) to.region_url = in.optional_text("region_url", {0, 2'000});
    to.rate_limit = in.optional_int("rate_limit", 0, 1'000'000).value_or(to.rate_limit);
    auto const when =
        in.optional_word("installation_created", {"after_redirect", "before_redirect", "never"});
    if (when)
        to.installation_created = *when == "never"             ? never
                                  : *when == "before_redirect" ? before_redirect
                                                               : after_redirect;
}

answer change_settings(core& shared, http::request& about) {
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const slug = in.optional_text("app", {1, 200}).value_or(shared.world.main_application().slug);
    auto* const app = shared.world.application_by_slug(slug);
    if (!app) co_return control_unknown("application");
    auto changed = *app;
    auto set = shared.world.set;
    read_application(in, changed);
    read_switches(in, set);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    *app = std::move(changed);
    shared.world.set = set;
    json::writer out;
    out.begin_object();
    write_switches(out, set);
    co_return control_done(200, std::move(out));
}

}  // namespace

std::string fingerprint(std::string_view token) {
    return to_hex(crypto::sha256(token)).substr(0, 12);
}

void add_control_state_routes(route_table& to, core& shared) {
    add_control(to, shared, http::method::get, "/control/state", show_state);
    add_control(to, shared, http::method::post, "/control/settings", change_settings);
    add_control(to, shared, http::method::get, "/control/load", show_load);
    add_control(to, shared, http::method::delete_, "/control/load", forget_load);
}

}  // namespace tocsin::sandbox
