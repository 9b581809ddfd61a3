#include "routes.hpp"
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

/// Sentry's limit for the base64 text of Basic credentials.
constexpr std::size_t max_basic_length = 4'096;

using form = std::vector<http::query_parameter>;

http::response uncacheable(http::response response) {
    response.headers.set("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private");
    response.headers.set("Pragma", "no-cache");
    return response;
}

/// `{"error":name}`. Sentry gives no reason.
http::response oauth_error(int status, std::string_view name) {
    json::writer out;
    out.begin_object().field("error", name).end_object();
    auto response = uncacheable(http::response::json(status, out.take()));
    if (status == 401) response.headers.set("WWW-Authenticate", "Basic realm=\"oauth\"");
    return response;
}

/// Any other body is read as an empty form.
form read_form(http::request const& request) {
    auto const type = request.headers.find("Content-Type").value_or("");
    if (!iequals(trim(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded")) return {};
    return decode_form(request.body);
}

struct credentials {
    std::string client_id;
    std::string client_secret;
};

/// From the Authorization header or the body, or the response that refuses them.
std::variant<credentials, http::response> read_credentials(http::request const& request, form const& sent) {
    credentials in_body{form_value(sent, "client_id"), form_value(sent, "client_secret")};
    auto const header = request.headers.find("Authorization").value_or("");
    if (!iequals(header.substr(0, 6), "Basic ")) return in_body;
    if (!in_body.client_id.empty() || !in_body.client_secret.empty())
        return oauth_error(400, "invalid_request");
    auto const payload = trim(header.substr(6));
    auto const bytes = payload.size() > max_basic_length ? std::nullopt : from_base64(payload);
    if (!bytes) return oauth_error(401, "invalid_client");
    auto const pair = as_text(*bytes);
    auto const colon = pair.find(':');
    if (colon == std::string_view::npos) return oauth_error(401, "invalid_client");
    return credentials{std::string(pair.substr(0, colon)), std::string(pair.substr(colon + 1))};
}

bool is_secret_of(oauth_application const& app, std::string_view given) {
    return crypto::equal_in_constant_time(as_bytes(app.client_secret.reveal()), as_bytes(given));
}

enum class refresh_token_member { present, absent };

http::response token_response(sentry_state& state, oauth_token const& row, refresh_token_member member) {
    // Sentry truncates the remaining lifetime to seconds, some microseconds after it created the token.
    auto const remaining = row.expires - state.now() - std::chrono::microseconds(1);
    person const user;
    json::writer out;
    out.begin_object().field("access_token", row.token);
    if (member == refresh_token_member::present) out.field("refresh_token", row.refresh_token);
    out.field("expires_in", std::chrono::floor<std::chrono::seconds>(remaining).count())
        .field("expires_at", row.expires)
        .field("token_type", "Bearer")
        .field("scope", join_scopes(row.scopes))
        .name("user")
        .begin_object()
        .field("id", user.id)
        .field("name", user.name)
        .field("email", user.email)
        .end_object();
    if (!row.organization_id.empty()) out.field("organization_id", row.organization_id);
    out.end_object();
    return uncacheable(http::response::json(200, out.take()));
}

bool matches_challenge(oauth_state const& oauth, oauth_code const& code, std::string const& verifier) {
    if (oauth.pkce == pkce_support::ignore || code.challenge.empty()) return true;
    auto const expected = crypto::pkce_challenge(secret(verifier));
    return crypto::equal_in_constant_time(as_bytes(expected), as_bytes(code.challenge));
}

/// A code of this client is used up by the attempt, even if the exchange fails.
http::response exchange_code(sentry_state& state, oauth_application const& app, form const& sent) {
    auto& oauth = state.oauth;
    auto const* const stored = oauth.code(app.client_id, form_value(sent, "code"));
    if (!stored) return oauth_error(400, "invalid_grant");
    auto const code = *stored;
    oauth.remove_code(code.code);
    auto const is_valid = app.active && code.expires > state.now() &&
                          code.redirect_uri == form_value(sent, "redirect_uri") &&
                          matches_challenge(oauth, code, form_value(sent, "code_verifier"));
    if (!is_valid) return oauth_error(400, "invalid_grant");
    oauth_token draft;
    draft.client_id = app.client_id;
    draft.scopes = code.scopes;
    draft.organization_id = code.organization_id;
    return token_response(
        state, oauth.add_token(std::move(draft), state.now()), refresh_token_member::present
    );
}

http::response exchange_refresh_token(sentry_state& state, oauth_application const& app, form const& sent) {
    auto& oauth = state.oauth;
    if (!app.active) return oauth_error(400, "invalid_grant");
    auto const refresh_token = form_value(sent, "refresh_token");
    if (!form_value(sent, "scope").empty() || refresh_token.empty())
        return oauth_error(400, "invalid_request");
    oauth.purge(state.now());
    auto* const row = oauth.by_refresh_token(app.client_id, refresh_token);
    auto const* const refreshed = row ? oauth.refresh(*row, state.now()) : nullptr;
    if (!refreshed) return oauth_error(400, "invalid_grant");
    auto const member =
        oauth.style == refresh_style::keep ? refresh_token_member::absent : refresh_token_member::present;
    return token_response(state, *refreshed, member);
}

/// Sentry's order of checks: the grant's name, credentials, the client, its secret, the grant.
http::response respond_to_token_request(sentry_state& state, http::request const& request, form const& sent) {
    auto const grant = form_value(sent, "grant_type");
    if (grant.empty()) return oauth_error(400, "invalid_request");
    if (grant != "authorization_code" && grant != "refresh_token")
        return oauth_error(400, "unsupported_grant_type");
    auto const parsed = read_credentials(request, sent);
    if (auto const* const refusal = std::get_if<http::response>(&parsed)) return *refusal;
    auto const& client = std::get<credentials>(parsed);
    auto const* const app = client.client_id.empty() ? nullptr : state.oauth.application(client.client_id);
    if (!app || (app->confidential && !is_secret_of(*app, client.client_secret)))
        return oauth_error(401, "invalid_client");
    if (grant == "authorization_code") return exchange_code(state, *app, sent);
    return exchange_refresh_token(state, *app, sent);
}

std::string counter_name(form const& sent) {
    auto const grant = form_value(sent, "grant_type");
    if (grant.empty()) return "oauth_none";
    return grant == "authorization_code" || grant == "refresh_token" ? "oauth_" + grant : "oauth_other";
}

http::response revoke_error(int status, char const* name, char const* text) {
    json::writer out;
    out.begin_object().field("error", name).field("error_description", text).end_object();
    return http::response::json(status, out.take());
}

/// Removes the access token and the refresh token.
http::response respond_to_revocation(sentry_state& state, form const& sent) {
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
    auto& oauth = state.oauth;
    auto const* const app = oauth.application(client_id);
    if (!app || !is_secret_of(*app, client_secret))
        return revoke_error(401, "invalid_credentials", "failed to validate provided credentials");
    oauth_token const* row = hint == "refresh_token" ? nullptr : oauth.by_token(token);
    if (!row && hint != "access_token") row = oauth.by_refresh_token(client_id, token);
    if (row && row->client_id == client_id) oauth.remove(row->id);
    http::response out;
    out.headers.set("Content-Type", "text/html; charset=utf-8");  // Django's default, without a body
    return out;
}

}  // namespace

void add_oauth_token_routes(route_table& table, sandbox_context& context) {
    auto& state = context.state;
    table.add(http::method::post, "/oauth/token/", "oauth_token", [&state](http::request& request) {
        auto const sent = read_form(request);
        auto response = respond_to_token_request(state, request, sent);
        ++state.token_calls[counter_name(sent)][std::to_string(response.status)];
        return response;
    });
    table.add(http::method::post, "/oauth/revoke/", "oauth_revoke", [&state](http::request& request) {
        auto response = respond_to_revocation(state, read_form(request));
        ++state.token_calls["oauth_revoke"][std::to_string(response.status)];
        return response;
    });
}

}  // namespace tocsin::sandbox
