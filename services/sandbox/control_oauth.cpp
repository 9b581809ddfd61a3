#include "control.hpp"

#include <charconv>
#include <string>
#include <utility>

/// The part of the control API that is about the OAuth flow.
namespace tocsin::sandbox {

namespace {

using answer = async::task<http::response>;

constexpr json::length word{1, 200};
constexpr json::length url{1, 2'000};

std::string_view to_string(pkce_support what) {
    switch (what) {
        case pkce_support::ignore:
            return "ignore";
        case pkce_support::reject:
            return "reject";
        case pkce_support::verify:
            break;
    }
    return "verify";
}

std::string_view to_string(refresh_style what) {
    switch (what) {
        case refresh_style::keep:
            return "keep";
        case refresh_style::family:
            return "family";
        case refresh_style::rotate:
            break;
    }
    return "rotate";
}

void read_application(json::reader& in, oauth_application& to) {
    if (auto given = in.optional_text("client_secret", word)) to.client_secret = secret(std::move(*given));
    if (auto given = in.optional_text("name", word)) to.name = std::move(*given);
    if (auto given = in.optional_texts("redirect_uris", 50, url)) to.redirect_uris = std::move(*given);
    if (auto given = in.optional_texts("scopes", 50, word)) to.scopes = std::move(*given);
    to.active = in.optional_bool("active", to.active);
    to.confidential = in.optional_bool("confidential", to.confidential);
    to.organization_level = in.optional_bool("requires_org_level_access", to.organization_level);
    to.prefix_matching = in.optional_bool("prefix_matching", to.prefix_matching);
}

void read_switches(json::reader& in, oauth_world& to) {
    if (auto const given = in.optional_word("pkce", {"verify", "ignore", "reject"}))
        to.pkce = *given == "ignore"   ? pkce_support::ignore
                  : *given == "reject" ? pkce_support::reject
                                       : pkce_support::verify;
    if (auto const given = in.optional_word("refresh", {"rotate", "keep", "family"}))
        to.style = *given == "keep"     ? refresh_style::keep
                   : *given == "family" ? refresh_style::family
                                        : refresh_style::rotate;
    if (auto const given = in.optional_int("token_lifetime_seconds", 1, 10 * 365 * 86'400))
        to.token_lifetime = std::chrono::seconds(*given);
    if (auto given = in.optional_texts("user_organizations", 100, word)) {
        to.user_organizations = std::move(*given);
    } else if (in.has("user_organizations")) {
        to.user_organizations.reset();
    }
    if (in.optional_bool("forget_approvals", false)) to.approved.clear();
}

/// Makes the application where `client_id` names a new one.
answer change_oauth(core& shared, http::request& about) {
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto changed = shared.world.oauth;
    auto const named = in.optional_text("client_id", word);
    oauth_application* app = named ? changed.application(*named) : nullptr;
    if (!app && named) {
        app = &changed.applications.emplace_back();
        app->client_id = *named;
        app->name = *named;
        if (!in.has("client_secret")) in.reject("client_secret", "is required");
    } else if (!app && !changed.applications.empty()) {
        app = &changed.applications.front();
    }
    if (app) read_application(in, *app);
    read_switches(in, changed);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    shared.world.oauth = std::move(changed);
    json::writer out;
    out.begin_object();
    write_oauth_state(out, shared.world);
    co_return control_done(200, std::move(out));
}

/// As when the user takes the application's access back: every token, or the row named.
answer delete_oauth_tokens(core& shared, http::request&) {
    shared.world.oauth.tokens.clear();
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out));
}

answer delete_oauth_token(core& shared, http::request& about) {
    auto const text = about.capture("id");
    std::int64_t id = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), id).ptr;
    auto& oauth = shared.world.oauth;
    auto const before = oauth.tokens.size();
    if (end == text.data() + text.size()) oauth.remove(id);
    if (oauth.tokens.size() == before) co_return control_unknown("token");
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out));
}

void write_application(json::writer& out, oauth_world const& oauth, oauth_application const& app) {
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

/// `alive`: what the API, and the refresh grant, would take.
void write_issued(json::writer& out, state& world, issued_oauth_token const& what) {
    auto const* const row = world.oauth.by_token(what.token);
    auto const* const by_refresh = world.oauth.by_refresh_token(what.client_id, what.refresh_token);
    out.begin_object()
        .field("id", std::to_string(what.id))
        .field("client_id", what.client_id)
        .field("fingerprint", fingerprint(what.token))
        .field("alive", row && row->expires > world.now())
        .field("refresh_fingerprint", fingerprint(what.refresh_token))
        .field("refresh_alive", by_refresh && !by_refresh->used)
        .field("created_at", what.created)
        .field("expires_at", what.expires);
    if (row) out.field("scope", joined_scopes(row->scopes));
    out.end_object();
}

}  // namespace

void write_oauth_state(json::writer& out, state& world) {
    auto& oauth = world.oauth;
    oauth.purge(world.now());
    out.name("oauth")
        .begin_object()
        .field("pkce", to_string(oauth.pkce))
        .field("refresh", to_string(oauth.style))
        .field("token_lifetime_seconds", oauth.token_lifetime.count())
        .field("user_organizations", oauth.user_organizations)
        .field("codes_unused", static_cast<std::int64_t>(oauth.codes.size()))
        .name("applications")
        .begin_array();
    for (auto const& each : oauth.applications) write_application(out, oauth, each);
    out.end_array().name("tokens").begin_array();
    for (auto const& each : oauth.issued) write_issued(out, world, each);
    out.end_array().end_object();
}

void add_control_oauth_routes(route_table& to, core& shared) {
    add_control(to, shared, http::method::post, "/control/oauth", change_oauth);
    add_control(to, shared, http::method::delete_, "/control/oauth/tokens", delete_oauth_tokens);
    add_control(to, shared, http::method::delete_, "/control/oauth/tokens/{id}", delete_oauth_token);
}

}  // namespace tocsin::sandbox
