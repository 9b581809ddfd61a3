#include "control.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>

#include <chrono>
#include <string>
#include <utility>

/// The control API of the state and the load.
namespace tocsin::sandbox {

namespace {

void write_applications(json::writer& out, sentry_state const& state) {
    out.name("applications").begin_array();
    for (auto const& app : state.applications) {
        out.begin_object()
            .field("slug", app.slug)
            .field("name", app.name)
            .field("uuid", app.public_id.str())
            .field("internal", app.internal)
            .field("client_id", app.client_id)
            .field("redirect_url", app.redirect_url)
            .field("webhook_url", app.webhook_url)
            .field("scopes", app.scopes)
            .field("subscriptions", app.subscriptions)
            .end_object();
    }
    out.end_array();
}

void write_organizations(json::writer& out, sentry_state const& state) {
    out.name("organizations").begin_array();
    for (auto const& org : state.organizations) {
        out.begin_object()
            .field("id", org.id)
            .field("slug", org.slug)
            .field("name", org.name)
            .name("projects")
            .begin_array();
        for (auto const& project : state.projects) {
            if (project.organization_id != org.id) continue;
            write_project_summary(out, project);
        }
        out.end_array().end_object();
    }
    out.end_array();
}

void write_installations(json::writer& out, sentry_state& state) {
    out.name("installations").begin_array();
    for (auto const& installation : state.installations) {
        out.begin_object()
            .field("uuid", installation.id.str())
            .field("app", state.application_of(installation).slug)
            .field("internal", state.application_of(installation).internal)
            .field("organization", state.organization_of(installation).slug)
            .field("status", sandbox::to_string(installation.status))
            .field("code_unused", !installation.code.empty())
            .name("token");
        if (installation.token) {
            out.begin_object()
                .field("id", std::to_string(installation.token->id))
                .field("fingerprint", fingerprint(installation.token->token))
                .field("refresh_fingerprint", fingerprint(installation.token->refresh_token))
                .field("created_at", installation.token->created)
                .field("expires_at", installation.token->expires)
                .end_object();
        } else if (!installation.permanent_token.empty()) {
            out.begin_object()
                .field("fingerprint", fingerprint(installation.permanent_token))
                .field("expires_at", nullptr)
                .end_object();
        } else {
            out.null();
        }
        out.end_object();
    }
    out.end_array();
}

void write_counters(json::writer& out, sentry_state const& state) {
    out.name("token_calls").begin_object();
    for (auto const& [grant, results] : state.token_calls) {
        out.name(grant).begin_object();
        for (auto const& [status, count] : results) out.field(status, count);
        out.end_object();
    }
    out.end_object().name("api_calls").begin_object();
    for (auto const& [area, count] : state.api_calls) out.field(area, count);
    out.end_object();
}

void write_loads(json::writer& out, sentry_state const& state) {
    out.begin_object();
    for (auto const& [area, load] : state.loads)
        out.name(area)
            .begin_object()
            .field("at_once", load.max_concurrent())
            .field("in_a_second", load.max_per_second())
            .end_object();
    out.end_object();
}

/// Separate from the state, which is long if there are many tokens.
response_task show_load(sandbox_context& context, http::request&) {
    json::writer out;
    write_loads(out, context.state);
    co_return http::response::json(200, out.take());
}

response_task reset_load(sandbox_context& context, http::request&) {
    for (auto& [area, load] : context.state.loads) load.reset();
    json::writer out;
    write_loads(out, context.state);
    co_return http::response::json(200, out.take());
}

response_task show_state(sandbox_context& context, http::request&) {
    auto& state = context.state;
    json::writer out;
    out.begin_object()
        .field("now", state.now())
        .field("clock_advanced_seconds", std::chrono::floor<std::chrono::seconds>(state.offset()).count())
        .field("url", context.base_url);
    write_settings_state(out, state.behavior);
    write_applications(out, state);
    write_organizations(out, state);
    write_installations(out, state);
    write_oauth_state(out, state);
    out.name("issues").begin_array();
    for (auto const& issue : state.issues) write_issue_state(out, state, issue);
    out.end_array().name("faults");
    context.faults.write(out);
    write_counters(out, state);
    out.end_object();
    co_return http::response::json(200, out.take());
}

}  // namespace

std::string fingerprint(std::string_view token) {
    return to_hex(crypto::sha256(token)).substr(0, 12);
}

void add_control_state_routes(route_table& table, sandbox_context& context) {
    using enum http::method;
    add_control_route(table, context, get, "/control/state", show_state);
    add_control_route(table, context, get, "/control/load", show_load);
    add_control_route(table, context, delete_, "/control/load", reset_load);
}

}  // namespace tocsin::sandbox
