#include "core.hpp"
#include "url.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/crypto/digest.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// POST /oauth/token/ and /oauth/revoke/.
namespace tocsin::sandbox {

namespace {

/// Sentry's own limit for the base64 of Basic credentials.
constexpr std::size_t longest_basic = 4'096;

using form = std::vector<http::query_parameter>;

http::response never_cached(http::response what) {
    what.headers.set("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private");
    what.headers.set("Pragma", "no-cache");
    return what;
}

/// `{"error":name}` and no more: Sentry does not say why.
http::response oauth_error(int status, std::string_view name) {
    json::writer out;
    out.begin_object().field("error", name).end_object();
    auto answer = never_cached(http::response::json(status, out.take()));
    if (status == 401) answer.headers.set("WWW-Authenticate", "Basic realm=\"oauth\"");
    return answer;
}

/// The view reads form fields, so any other body looks empty.
form read_form(http::request const& about) {
    auto const type = about.headers.find("Content-Type").value_or("");
    if (!iequals(trim(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded")) return {};
    return form_decoded(about.body);
}

struct credentials {
    std::string client_id;
    std::string client_secret;
};

/// From the Authorization header or the body, or the answer that refuses them.
std::variant<credentials, http::response> read_credentials(http::request const& about, form const& sent) {
    credentials in_body{form_value(sent, "client_id"), form_value(sent, "client_secret")};
    auto const header = about.headers.find("Authorization").value_or("");
    if (!iequals(header.substr(0, 6), "Basic ")) return in_body;
    if (!in_body.client_id.empty() || !in_body.client_secret.empty())
        return oauth_error(400, "invalid_request");
    auto const payload = trim(header.substr(6));
    auto const bytes = payload.size() > longest_basic ? std::nullopt : from_base64(payload);
    if (!bytes) return oauth_error(401, "invalid_client");
    auto const pair = as_text(*bytes);
    auto const colon = pair.find(':');
    if (colon == std::string_view::npos) return oauth_error(401, "invalid_client");
    return credentials{std::string(pair.substr(0, colon)), std::string(pair.substr(colon + 1))};
}

bool is_secret_of(oauth_application const& app, std::string_view given) {
    return crypto::equal_in_constant_time(as_bytes(app.client_secret.reveal()), as_bytes(given));
}

http::response token_answer(state& world, oauth_token const& made, bool with_refresh_token) {
    // Sentry cuts what is left of the lifetime to whole seconds, microseconds after it made the token.
    auto const left = made.expires - world.now() - std::chrono::microseconds(1);
    person const user;
    json::writer out;
    out.begin_object().field("access_token", made.token);
    if (with_refresh_token) out.field("refresh_token", made.refresh_token);
    out.field("expires_in", std::chrono::floor<std::chrono::seconds>(left).count())
        .field("expires_at", made.expires)
        .field("token_type", "Bearer")
        .field("scope", joined_scopes(made.scopes))
        .name("user")
        .begin_object()
        .field("id", user.id)
        .field("name", user.name)
        .field("email", user.email)
        .end_object();
    if (!made.organization_id.empty()) out.field("organization_id", made.organization_id);
    out.end_object();
    return never_cached(http::response::json(200, out.take()));
}

bool fits_challenge(oauth_world const& oauth, oauth_code const& code, std::string const& verifier) {
    if (oauth.pkce == pkce_support::ignore || code.challenge.empty()) return true;
    auto const made = crypto::pkce_challenge(secret(verifier));
    return crypto::equal_in_constant_time(as_bytes(made), as_bytes(code.challenge));
}

/// Whatever is wrong with a code of this client but its value, the code is gone with the attempt.
http::response exchange_code(state& world, oauth_application const& app, form const& sent) {
    auto& oauth = world.oauth;
    auto const* const found = oauth.code(app.client_id, form_value(sent, "code"));
    if (!found) return oauth_error(400, "invalid_grant");
    auto const code = *found;
    oauth.burn(code.code);
    auto const good = app.active && code.expires > world.now() &&
                      code.redirect_uri == form_value(sent, "redirect_uri") &&
                      fits_challenge(oauth, code, form_value(sent, "code_verifier"));
    if (!good) return oauth_error(400, "invalid_grant");
    oauth_token draft;
    draft.client_id = app.client_id;
    draft.scopes = code.scopes;
    draft.organization_id = code.organization_id;
    return token_answer(world, oauth.add_token(std::move(draft), world.now()), true);
}

http::response exchange_refresh_token(state& world, oauth_application const& app, form const& sent) {
    auto& oauth = world.oauth;
    if (!app.active) return oauth_error(400, "invalid_grant");
    auto const refresh_token = form_value(sent, "refresh_token");
    if (!form_value(sent, "scope").empty() || refresh_token.empty())
        return oauth_error(400, "invalid_request");
    oauth.purge(world.now());
    auto* const found = oauth.by_refresh_token(app.client_id, refresh_token);
    auto const* const made = found ? oauth.refresh(*found, world.now()) : nullptr;
    if (!made) return oauth_error(400, "invalid_grant");
    return token_answer(world, *made, oauth.style != refresh_style::keep);
}

/// Sentry's order: the grant's name, credentials, the client, its secret, the grant.
http::response answered(state& world, http::request const& about, form const& sent) {
    auto const grant = form_value(sent, "grant_type");
    if (grant.empty()) return oauth_error(400, "invalid_request");
    if (grant != "authorization_code" && grant != "refresh_token")
        return oauth_error(400, "unsupported_grant_type");
    auto const given = read_credentials(about, sent);
    if (auto const* const refusal = std::get_if<http::response>(&given)) return *refusal;
    auto const& who = std::get<credentials>(given);
    auto const* const app = who.client_id.empty() ? nullptr : world.oauth.application(who.client_id);
    if (!app || (app->confidential && !is_secret_of(*app, who.client_secret)))
        return oauth_error(401, "invalid_client");
    if (grant == "authorization_code") return exchange_code(world, *app, sent);
    return exchange_refresh_token(world, *app, sent);
}

std::string counted_as(form const& sent) {
    auto const grant = form_value(sent, "grant_type");
    if (grant.empty()) return "oauth_none";
    return grant == "authorization_code" || grant == "refresh_token" ? "oauth_" + grant : "oauth_other";
}

http::response revoke_error(int status, char const* name, char const* text) {
    json::writer out;
    out.begin_object().field("error", name).field("error_description", text).end_object();
    return http::response::json(status, out.take());
}

/// The whole row goes: the access token and the refresh token.
http::response revoked(state& world, form const& sent) {
    auto const client_id = form_value(sent, "client_id");
    auto const client_secret = form_value(sent, "client_secret");
    auto const token = form_value(sent, "token");
    auto const hint = form_value(sent, "token_type_hint");
    if (client_id.empty()) return revoke_error(400, "invalid_client", "client_id parameter not found");
    if (client_secret.empty())
        return revoke_error(400, "invalid_client", "client_secret parameter not found");
    if (token.empty()) return revoke_error(400, "invalid_request", "token parameter not found");
    if (!hint.empty() && hint != "access_token" && hint != "refresh_token")
        return revoke_error(
            400,
            "unsupported_token_type",
            "an unsupported token_type_hint was provided, must be either 'access_token' or 'refresh_token'"
        );
    auto& oauth = world.oauth;
    auto const* const app = oauth.application(client_id);
    if (!app || !is_secret_of(*app, client_secret))
        return revoke_error(401, "invalid_credentials", "failed to validate provided credentials");
    oauth_token const* found = hint == "refresh_token" ? nullptr : oauth.by_token(token);
    if (!found && hint != "access_token") found = oauth.by_refresh_token(client_id, token);
    if (found && found->client_id == client_id) oauth.remove(found->id);
    http::response out;
    out.headers.set("Content-Type", "text/html; charset=utf-8");  // Django's default, with no body
    return out;
}

}  // namespace

std::string joined_scopes(std::vector<std::string> const& scopes) {
    std::string out;
    for (auto const& each : scopes) out += (out.empty() ? "" : " ") + each;
    return out;
}

void add_oauth_token_routes(route_table& to, core& shared) {
    auto& world = shared.world;
    to.add(http::method::post, "/oauth/token/", "oauth_token", [&world](http::request& about) {
        auto const sent = read_form(about);
        auto answer = answered(world, about, sent);
        ++world.token_calls[counted_as(sent)][std::to_string(answer.status)];
        return answer;
    });
    to.add(http::method::post, "/oauth/revoke/", "oauth_revoke", [&world](http::request& about) {
        auto answer = revoked(world, read_form(about));
        ++world.token_calls["oauth_revoke"][std::to_string(answer.status)];
        return answer;
    });
}

}  // namespace tocsin::sandbox
