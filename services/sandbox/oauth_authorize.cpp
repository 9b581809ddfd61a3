#include "consent_page.hpp"
#include "routes.hpp"
#include "url.hpp"

#include <tocsin/base/html.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// /oauth/authorize/: a person authorizes an application.
namespace tocsin::sandbox {

namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

/// An authorize request that passed every check.
struct authorization {
    oauth_application const* app = nullptr;
    std::string redirect_uri;
    std::string response_type;
    std::optional<std::string> state;
    std::vector<std::string> scopes;
    std::string challenge;
    bool force_prompt = false;
};

std::string read(http::request const& request, std::string_view name) {
    return std::string(request.query_value(name).value_or(""));
}

/// Redirects to the application. The URI's own query is kept, without blank values.
http::response redirect_with(authorization const& authorization, parameters more) {
    auto const& uri = authorization.redirect_uri;
    auto const question = uri.find('?');
    parameters all;
    if (question != std::string::npos)
        for (auto const& [name, value] : decode_form(std::string_view(uri).substr(question + 1)))
            if (!value.empty()) all.emplace_back(name, value);
    all.insert(all.end(), more.begin(), more.end());
    if (authorization.state) all.emplace_back("state", *authorization.state);
    return redirect(uri.substr(0, question) + "?" + http::form_encoded(all));
}

http::response redirect_with_error(authorization const& authorization, char const* error) {
    return redirect_with(authorization, {{"error", error}});
}

http::response error_page(std::string const& text) {
    return page(
        400,
        consent_frame(
            "Not authorized",
            "<h1>Not authorized</h1>\n<p class=\"problem\" role=\"alert\">" + html_escaped(text) + "</p>\n"
        )
    );
}

/// Splits at each single space, so that two in a row are an invalid, empty scope.
std::vector<std::string> split_scopes(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        auto const space = text.find(' ');
        out.emplace_back(text.substr(0, space));
        text.remove_prefix(std::min(out.back().size() + 1, text.size()));
        if (space != std::string_view::npos && text.empty()) out.emplace_back();
    }
    return out;
}

bool is_challenge(std::string_view text) {
    return text.size() >= 43 && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.' || c == '_' || c == '~';
           });
}

bool may_request(oauth_application const& app, std::string const& scope) {
    if (!is_known_scope(scope)) return false;
    return !app.organization_level ||
           std::find(app.scopes.begin(), app.scopes.end(), scope) != app.scopes.end();
}

/// The valid request, or the response that refuses it; with Sentry's order of checks.
std::variant<authorization, http::response> read_authorization(
    sandbox_context& context, http::request const& request
) {
    auto& oauth = context.state.oauth;
    authorization out;
    auto const client_id = read(request, "client_id");
    out.app = client_id.empty() ? nullptr : oauth.application(client_id);
    if (!out.app || !out.app->active) return error_page("Missing or invalid client_id parameter.");
    out.redirect_uri = read(request, "redirect_uri");
    auto const& registered = out.app->redirect_uris;
    if (out.redirect_uri.empty() && registered.size() == 1) {
        out.redirect_uri = registered.front();
    } else if (out.redirect_uri.empty() || !is_registered(*out.app, out.redirect_uri)) {
        return error_page("Missing or invalid redirect_uri parameter.");
    }
    out.response_type = read(request, "response_type");
    if (out.response_type != "code" && out.response_type != "token")
        return error_page("Missing or invalid client_id parameter.");  // sic

    if (auto const state = request.query_value("state")) out.state = std::string(*state);
    out.scopes = split_scopes(read(request, "scope"));
    auto const allowed = [&](std::string const& scope) { return may_request(*out.app, scope); };
    if (!std::all_of(out.scopes.begin(), out.scopes.end(), allowed))
        return redirect_with_error(out, "invalid_scope");

    auto const challenge = read(request, "code_challenge");
    if (!challenge.empty() && oauth.pkce != pkce_support::ignore) {
        auto const is_valid = is_challenge(challenge) && read(request, "code_challenge_method") == "S256";
        if (!is_valid || oauth.pkce == pkce_support::reject)
            return redirect_with_error(out, "invalid_request");
        out.challenge = challenge;
    }
    out.force_prompt = !read(request, "force_prompt").empty();
    return out;
}

bool is_approved(oauth_state const& oauth, authorization const& authorization) {
    auto const& app = *authorization.app;
    auto const approved = oauth.approved.find(app.client_id);
    if (approved == oauth.approved.end() || authorization.force_prompt || app.organization_level)
        return false;
    auto const& scopes = authorization.scopes;
    return std::all_of(scopes.begin(), scopes.end(), [&](std::string const& scope) {
        return approved->second.contains(scope);
    });
}

/// Redirects with a code in the query, or a token in the fragment.
http::response grant(
    sandbox_context& context, authorization const& authorization, std::string const& organization_id
) {
    auto& state = context.state;
    if (authorization.response_type == "code") {
        oauth_code draft;
        draft.client_id = authorization.app->client_id;
        draft.redirect_uri = authorization.redirect_uri;
        draft.challenge = authorization.challenge;
        draft.scopes = authorization.scopes;
        draft.organization_id = organization_id;
        return redirect_with(authorization, {{"code", state.oauth.add_code(std::move(draft), state.now())}});
    }
    oauth_token draft;
    draft.client_id = authorization.app->client_id;
    draft.scopes = authorization.scopes;
    draft.organization_id = organization_id;
    auto& token = state.oauth.add_token(std::move(draft), state.now());
    token.refresh_token.clear();
    parameters fragment{
        {"access_token", token.token},
        {"expires_in", std::to_string(state.oauth.token_lifetime.count())},
        {"expires_at", to_rfc3339(token.expires)},
        {"token_type", "Bearer"},
        {"scope", join_scopes(token.scopes)},
    };
    if (authorization.state) fragment.emplace_back("state", *authorization.state);
    return redirect(authorization.redirect_uri + "#" + http::form_encoded(fragment));
}

std::string organization_choices(sentry_state& state) {
    std::string out = "<fieldset>\n<legend>Choose an organization</legend>\n";
    for (auto const* const org : organizations_of_user(state))
        out += "<label class=\"choice\"><input type=\"radio\" name=\"selected_organization_id\" value=\"" +
               org->id + "\"><span><b>" + html_escaped(org->name) + "</b><small>" + html_escaped(org->slug) +
               "</small></span></label>\n";
    return out + "</fieldset>\n";
}

std::string consent_page(sentry_state& state, authorization const& authorization) {
    auto const name = html_escaped(authorization.app->name);
    auto const items = authorization.scopes.empty() ? "<li>Your name and email address</li>\n"
                                                    : permission_items(authorization.scopes);
    return consent_frame(
        "Authorize " + authorization.app->name,
        "<h1>Authorize " + name + "</h1>\n<p>" + name + " requests access as " + html_escaped(person{}.name) +
            ".</p>\n<form method=\"post\">\n" +
            (authorization.app->organization_level ? organization_choices(state) : "") + "<section>\n<h2>" +
            name + " will get</h2>\n<ul>\n" + items +
            "</ul>\n</section>\n<div class=\"actions\">\n"
            "<button type=\"submit\" name=\"op\" value=\"approve\" class=\"primary\">Authorize</button>\n"
            "<button type=\"submit\" name=\"op\" value=\"deny\">Deny</button>\n</div>\n</form>\n"
            "<p class=\"note\">This is a stand-in for Sentry. It does not connect to sentry.io.</p>\n"
    );
}

http::response show_consent(sandbox_context& context, http::request const& request) {
    auto const parsed = read_authorization(context, request);
    if (auto const* const refusal = std::get_if<http::response>(&parsed)) return *refusal;
    auto const& authorization = std::get<sandbox::authorization>(parsed);
    if (is_approved(context.state.oauth, authorization)) return grant(context, authorization, {});
    if (authorization.app->organization_level && organizations_of_user(context.state).empty())
        return error_page("You have no organization that this application could access.");
    return page(200, consent_page(context.state, authorization));
}

/// The form: `op` is `approve` or `deny`. The request is still in the query.
http::response handle_consent(sandbox_context& context, http::request const& request) {
    auto const parsed = read_authorization(context, request);
    if (auto const* const refusal = std::get_if<http::response>(&parsed)) return *refusal;
    auto const& authorization = std::get<sandbox::authorization>(parsed);
    auto const form = decode_form(request.body);
    auto const op = form_value(form, "op");
    if (op == "deny") return redirect_with_error(authorization, "access_denied");
    if (op != "approve") return error_page("Missing or invalid op parameter.");
    auto const chosen = form_value(form, "selected_organization_id");
    if (authorization.app->organization_level) {
        if (chosen.empty()) return redirect_with_error(authorization, "invalid_request");
        auto const allowed = organizations_of_user(context.state);
        auto const is_chosen = [&](organization const* org) { return org->id == chosen; };
        if (std::none_of(allowed.begin(), allowed.end(), is_chosen))
            return redirect_with_error(authorization, "unauthorized_client");
    }
    context.state.oauth.approved[authorization.app->client_id].insert(
        authorization.scopes.begin(), authorization.scopes.end()
    );
    return grant(context, authorization, authorization.app->organization_level ? chosen : std::string());
}

}  // namespace

void add_oauth_authorize_routes(route_table& table, sandbox_context& context) {
    constexpr char const* pattern = "/oauth/authorize/";
    table.add(http::method::get, pattern, "oauth_authorize", [&context](http::request& request) {
        return show_consent(context, request);
    });
    table.add(http::method::post, pattern, "oauth_authorize", [&context](http::request& request) {
        return handle_consent(context, request);
    });
}

}  // namespace tocsin::sandbox
