#include "consent_page.hpp"
#include "core.hpp"
#include "url.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// /oauth/authorize/: where a person lets an application act for him.
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

std::string read(http::request const& about, std::string_view name) {
    return std::string(about.query_value(name).value_or(""));
}

/// Appended to the URI's own query, which is written anew without its blank values.
http::response sent_back(authorization const& to, parameters more) {
    auto const question = to.redirect_uri.find('?');
    parameters all;
    if (question != std::string::npos)
        for (auto const& [name, value] : form_decoded(std::string_view(to.redirect_uri).substr(question + 1)))
            if (!value.empty()) all.emplace_back(name, value);
    all.insert(all.end(), more.begin(), more.end());
    if (to.state) all.emplace_back("state", *to.state);
    return redirected(to.redirect_uri.substr(0, question) + "?" + http::form_encoded(all));
}

http::response sent_back_with_error(authorization const& to, char const* error) {
    return sent_back(to, {{"error", error}});
}

http::response refused_here(std::string const& text) {
    return page(
        400,
        consent_frame(
            "Not authorized",
            "<h1>Not authorized</h1>\n<p class=\"trouble\" role=\"alert\">" + html_escaped(text) + "</p>\n"
        )
    );
}

/// Split on single spaces: two in a row make an empty name, which no scope has.
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

bool may_ask_for(oauth_application const& app, std::string const& scope) {
    if (!is_known_scope(scope)) return false;
    return !app.organization_level ||
           std::find(app.scopes.begin(), app.scopes.end(), scope) != app.scopes.end();
}

/// The request, or the answer that refuses it; Sentry's checks in Sentry's order.
std::variant<authorization, http::response> checked(core& shared, http::request const& about) {
    auto& oauth = shared.world.oauth;
    authorization out;
    auto const client_id = read(about, "client_id");
    out.app = client_id.empty() ? nullptr : oauth.application(client_id);
    if (!out.app || !out.app->active) return refused_here("Missing or invalid client_id parameter.");
    out.redirect_uri = read(about, "redirect_uri");
    auto const& registered = out.app->redirect_uris;
    if (out.redirect_uri.empty() && registered.size() == 1) {
        out.redirect_uri = registered.front();
    } else if (out.redirect_uri.empty() || !is_registered(*out.app, out.redirect_uri)) {
        return refused_here("Missing or invalid redirect_uri parameter.");
    }
    out.response_type = read(about, "response_type");
    if (out.response_type != "code" && out.response_type != "token")
        return refused_here("Missing or invalid client_id parameter.");  // Sentry names the wrong one

    if (auto const state = about.query_value("state")) out.state = std::string(*state);
    out.scopes = split_scopes(read(about, "scope"));
    auto const allowed = [&](std::string const& scope) { return may_ask_for(*out.app, scope); };
    if (!std::all_of(out.scopes.begin(), out.scopes.end(), allowed))
        return sent_back_with_error(out, "invalid_scope");

    auto const challenge = read(about, "code_challenge");
    if (!challenge.empty() && oauth.pkce != pkce_support::ignore) {
        auto const good = is_challenge(challenge) && read(about, "code_challenge_method") == "S256";
        if (!good || oauth.pkce == pkce_support::reject) return sent_back_with_error(out, "invalid_request");
        out.challenge = challenge;
    }
    out.force_prompt = !read(about, "force_prompt").empty();
    return out;
}

bool approved_before(oauth_world const& oauth, authorization const& what) {
    auto const found = oauth.approved.find(what.app->client_id);
    if (found == oauth.approved.end() || what.force_prompt || what.app->organization_level) return false;
    return std::all_of(what.scopes.begin(), what.scopes.end(), [&](std::string const& scope) {
        return found->second.contains(scope);
    });
}

/// With a code in the query, or a token in the fragment.
http::response granted(core& shared, authorization const& what, std::string const& organization_id) {
    auto& world = shared.world;
    if (what.response_type == "code") {
        oauth_code draft;
        draft.client_id = what.app->client_id;
        draft.redirect_uri = what.redirect_uri;
        draft.challenge = what.challenge;
        draft.scopes = what.scopes;
        draft.organization_id = organization_id;
        return sent_back(what, {{"code", world.oauth.add_code(std::move(draft), world.now())}});
    }
    oauth_token draft;
    draft.client_id = what.app->client_id;
    draft.scopes = what.scopes;
    draft.organization_id = organization_id;
    auto& made = world.oauth.add_token(std::move(draft), world.now());
    made.refresh_token.clear();
    parameters shown{
        {"access_token", made.token},
        {"expires_in", std::to_string(world.oauth.token_lifetime.count())},
        {"expires_at", to_rfc3339(made.expires)},
        {"token_type", "Bearer"},
        {"scope", joined_scopes(made.scopes)},
    };
    if (what.state) shown.emplace_back("state", *what.state);
    return redirected(what.redirect_uri + "#" + http::form_encoded(shown));
}

std::string organization_choices(state& world) {
    std::string out = "<fieldset>\n<legend>For which organization?</legend>\n";
    for (auto const* const each : organizations_of_user(world))
        out += "<label class=\"choice\"><input type=\"radio\" name=\"selected_organization_id\" value=\"" +
               each->id + "\"><span><b>" + html_escaped(each->name) + "</b><small>" +
               html_escaped(each->slug) + "</small></span></label>\n";
    return out + "</fieldset>\n";
}

std::string consent_page(state& world, authorization const& what) {
    auto const name = html_escaped(what.app->name);
    auto const asked =
        what.scopes.empty() ? "<li>Your name and address</li>\n" : permission_items(what.scopes);
    return consent_frame(
        "Authorize " + what.app->name,
        "<h1>Authorize " + name + "</h1>\n<p>" + name + " asks to act as " + html_escaped(person{}.name) +
            ".</p>\n<form method=\"post\">\n" +
            (what.app->organization_level ? organization_choices(world) : "") + "<section>\n<h2>" + name +
            " will have</h2>\n<ul>\n" + asked +
            "</ul>\n</section>\n<div class=\"actions\">\n"
            "<button type=\"submit\" name=\"op\" value=\"approve\" class=\"primary\">Authorize</button>\n"
            "<button type=\"submit\" name=\"op\" value=\"deny\">Deny</button>\n</div>\n</form>\n"
            "<p class=\"note\">A stand-in for Sentry: nothing here reaches sentry.io.</p>\n"
    );
}

http::response ask(core& shared, http::request const& about) {
    auto const found = checked(shared, about);
    if (auto const* const refusal = std::get_if<http::response>(&found)) return *refusal;
    auto const& what = std::get<authorization>(found);
    if (approved_before(shared.world.oauth, what)) return granted(shared, what, {});
    if (what.app->organization_level && organizations_of_user(shared.world).empty())
        return refused_here("You belong to no organization that this application could be let into.");
    return page(200, consent_page(shared.world, what));
}

/// The person's answer: `op` is `approve` or `deny`. The form keeps the address and so the request.
http::response decide(core& shared, http::request const& about) {
    auto const found = checked(shared, about);
    if (auto const* const refusal = std::get_if<http::response>(&found)) return *refusal;
    auto const& what = std::get<authorization>(found);
    auto const form = form_decoded(about.body);
    auto const op = form_value(form, "op");
    if (op == "deny") return sent_back_with_error(what, "access_denied");
    if (op != "approve") return refused_here("Missing or invalid op parameter.");
    auto const chosen = form_value(form, "selected_organization_id");
    if (what.app->organization_level) {
        if (chosen.empty()) return sent_back_with_error(what, "invalid_request");
        auto const own = organizations_of_user(shared.world);
        auto const is_chosen = [&](organization const* each) { return each->id == chosen; };
        if (std::none_of(own.begin(), own.end(), is_chosen))
            return sent_back_with_error(what, "unauthorized_client");
    }
    shared.world.oauth.approved[what.app->client_id].insert(what.scopes.begin(), what.scopes.end());
    return granted(shared, what, what.app->organization_level ? chosen : std::string());
}

}  // namespace

void add_oauth_authorize_routes(route_table& to, core& shared) {
    constexpr char const* pattern = "/oauth/authorize/";
    to.add(http::method::get, pattern, "oauth_authorize", [&shared](http::request& about) {
        return ask(shared, about);
    });
    to.add(http::method::post, pattern, "oauth_authorize", [&shared](http::request& about) {
        return decide(shared, about);
    });
}

}  // namespace tocsin::sandbox
