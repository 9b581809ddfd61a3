#include "control.hpp"

#include <charconv>
#include <string>
#include <utility>

/// The control API of the OAuth flow.
namespace tocsin::sandbox {

namespace {

constexpr json::length uri_text{1, 2'000};

std::string_view to_string(pkce_support support) {
    switch (support) {
        case pkce_support::ignore:
            return "ignore";
        case pkce_support::reject:
            return "reject";
        case pkce_support::verify:
            break;
    }
    return "verify";
}

std::string_view to_string(refresh_style style) {
    switch (style) {
        case refresh_style::keep:
            return "keep";
        case refresh_style::family:
            return "family";
        case refresh_style::rotate:
            break;
    }
    return "rotate";
}

void read_application(json::reader& in, oauth_application& app) {
    if (auto value = in.optional_text("client_secret", short_text))
        app.client_secret = secret(std::move(*value));
    if (auto value = in.optional_text("name", short_text)) app.name = std::move(*value);
    if (auto value = in.optional_texts("redirect_uris", 50, uri_text)) app.redirect_uris = std::move(*value);
    if (auto value = in.optional_texts("scopes", 50, short_text)) app.scopes = std::move(*value);
    app.active = in.optional_bool("active", app.active);
    app.confidential = in.optional_bool("confidential", app.confidential);
    app.organization_level = in.optional_bool("requires_org_level_access", app.organization_level);
    app.prefix_matching = in.optional_bool("prefix_matching", app.prefix_matching);
}

void read_behavior(json::reader& in, oauth_state& oauth) {
    if (auto const value = in.optional_word("pkce", {"verify", "ignore", "reject"}))
        oauth.pkce = *value == "ignore"   ? pkce_support::ignore
                     : *value == "reject" ? pkce_support::reject
                                          : pkce_support::verify;
    if (auto const value = in.optional_word("refresh", {"rotate", "keep", "family"}))
        oauth.style = *value == "keep"     ? refresh_style::keep
                      : *value == "family" ? refresh_style::family
                                           : refresh_style::rotate;
    if (auto const value = in.optional_int("token_lifetime_seconds", 1, 10 * 365 * 86'400))
        oauth.token_lifetime = std::chrono::seconds(*value);
    if (auto value = in.optional_texts("user_organizations", 100, short_text)) {
        oauth.user_organizations = std::move(*value);
    } else if (in.has("user_organizations")) {
        oauth.user_organizations.reset();
    }
    if (in.optional_bool("forget_approvals", false)) oauth.approved.clear();
}

/// Creates the application if the `client_id` is new.
response_task change_oauth(sandbox_context& context, http::request& request) {
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto changed = context.state.oauth;
    auto const client_id = in.optional_text("client_id", short_text);
    oauth_application* app = client_id ? changed.application(*client_id) : nullptr;
    if (!app && client_id) {
        app = &changed.applications.emplace_back();
        app->client_id = *client_id;
        app->name = *client_id;
        if (!in.has("client_secret")) in.reject("client_secret", "is required");
    } else if (!app && !changed.applications.empty()) {
        app = &changed.applications.front();
    }
    if (app) read_application(in, *app);
    read_behavior(in, changed);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    context.state.oauth = std::move(changed);
    json::writer out;
    out.begin_object();
    write_oauth_state(out, context.state);
    co_return control_done(200, std::move(out));
}

/// As if the user had revoked the application's access.
response_task delete_oauth_tokens(sandbox_context& context, http::request&) {
    context.state.oauth.tokens.clear();
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out));
}

response_task delete_oauth_token(sandbox_context& context, http::request& request) {
    auto const text = request.capture("id");
    std::int64_t id = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), id).ptr;
    auto& oauth = context.state.oauth;
    auto const before = oauth.tokens.size();
    if (end == text.data() + text.size()) oauth.remove(id);
    if (oauth.tokens.size() == before) co_return control_unknown("token");
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out));
}

void write_application(json::writer& out, oauth_state const& oauth, oauth_application const& app) {
    auto const approved = oauth.approved.find(app.client_id);
    std::vector<std::string> scopes;
    if (approved != oauth.approved.end()) scopes.assign(approved->second.begin(), approved->second.end());
    out.begin_object()
        .field("client_id", app.client_id)
        .field("name", app.name)
        .field("redirect_uris", app.redirect_uris)
        .field("scopes", app.scopes)
        .field("active", app.active)
        .field("confidential", app.confidential)
        .field("requires_org_level_access", app.organization_level)
        .field("prefix_matching", app.prefix_matching)
        .field("approved_scopes", scopes)
        .end_object();
}

/// `alive`: accepted by the API, or by the refresh grant.
void write_issued_token(json::writer& out, sentry_state& state, issued_oauth_token const& issued) {
    auto const* const row = state.oauth.by_token(issued.token);
    auto const* const refreshable = state.oauth.by_refresh_token(issued.client_id, issued.refresh_token);
    out.begin_object()
        .field("id", std::to_string(issued.id))
        .field("client_id", issued.client_id)
        .field("fingerprint", fingerprint(issued.token))
        .field("alive", row && row->expires > state.now())
        .field("refresh_fingerprint", fingerprint(issued.refresh_token))
        .field("refresh_alive", refreshable && !refreshable->used)
        .field("created_at", issued.created)
        .field("expires_at", issued.expires);
    if (row) out.field("scope", join_scopes(row->scopes));
    out.end_object();
}

}  // namespace

void write_oauth_state(json::writer& out, sentry_state& state) {
    auto& oauth = state.oauth;
    oauth.purge(state.now());
    out.name("oauth")
        .begin_object()
        .field("pkce", to_string(oauth.pkce))
        .field("refresh", to_string(oauth.style))
        .field("token_lifetime_seconds", oauth.token_lifetime.count())
        .field("user_organizations", oauth.user_organizations)
        .field("codes_unused", static_cast<std::int64_t>(oauth.codes.size()))
        .name("applications")
        .begin_array();
    for (auto const& app : oauth.applications) write_application(out, oauth, app);
    out.end_array().name("tokens").begin_array();
    for (auto const& issued : oauth.issued) write_issued_token(out, state, issued);
    out.end_array().end_object();
}

void add_control_oauth_routes(route_table& table, sandbox_context& context) {
    add_control_route(table, context, http::method::post, "/control/oauth", change_oauth);
    add_control_route(table, context, http::method::delete_, "/control/oauth/tokens", delete_oauth_tokens);
    add_control_route(
        table, context, http::method::delete_, "/control/oauth/tokens/{id}", delete_oauth_token
    );
}

}  // namespace tocsin::sandbox
