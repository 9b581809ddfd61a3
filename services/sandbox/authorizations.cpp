#include "jwt.hpp"
#include "routes.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/digest.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// POST /api/0/sentry-app-installations/{uuid}/authorizations/: an installation's tokens.
namespace tocsin::sandbox {

namespace {

constexpr std::string_view jwt_bearer = "urn:sentry:params:oauth:grant-type:jwt-bearer";

/// The body of a token request.
struct token_request {
    std::string grant;
    std::optional<std::string> client_id;
    std::optional<std::string> client_secret;
    std::optional<std::string> code;
    std::optional<std::string> refresh_token;
    std::optional<std::string> state;
};

std::optional<std::string> text_of(json::value body, std::string_view name) {
    auto const member = body.find(name);
    auto const text = member ? member->as_string() : std::nullopt;
    return text ? std::optional(std::string(*text)) : std::nullopt;
}

/// Nothing if the body is not a JSON object, or not declared as JSON.
std::optional<token_request> read_token_request(http::request const& request) {
    if (!is_json(request)) return std::nullopt;
    auto const body = json::parse(request.body);
    if (!body) return std::nullopt;
    auto const root = body->root();
    return token_request{
        text_of(root, "grant_type").value_or(""),
        text_of(root, "client_id"),
        text_of(root, "client_secret"),
        text_of(root, "code"),
        text_of(root, "refresh_token"),
        text_of(root, "state"),
    };
}

std::optional<std::string_view> bearer_token_of(http::request const& request) {
    auto const header = request.headers.find("Authorization").value_or("");
    if (!iequals(header.substr(0, 7), "Bearer ")) return std::nullopt;
    return trim(header.substr(7));
}

application* application_of_secret(sentry_state& state, token_request const& sent) {
    if (!sent.client_id || !sent.client_secret) return nullptr;
    auto* const app = state.application_by_client_id(*sent.client_id);
    if (!app) return nullptr;
    auto const matches =
        crypto::equal_in_constant_time(as_bytes(app->client_secret.reveal()), as_bytes(*sent.client_secret));
    return matches ? app : nullptr;
}

/// Django REST framework's field map.
std::optional<http::response> missing_fields(
    std::vector<std::pair<std::string_view, std::optional<std::string> const*>> const& required
) {
    json::writer out;
    out.begin_object();
    bool is_complete = true;
    for (auto const& [name, value] : required) {
        if (*value && !(*value)->empty()) continue;
        auto const* const text = *value ? "This field may not be blank." : "This field is required.";
        out.name(name).begin_array().text(text).end_array();
        is_complete = false;
    }
    out.end_object();
    if (is_complete) return std::nullopt;
    return http::response::json(400, out.take());
}

http::response token_response(
    application const& app, access_token const& token, std::optional<std::string> const& echoed_state
) {
    json::writer out;
    out.begin_object()
        .field("id", std::to_string(token.id))
        .field("scopes", app.scopes)
        .field("application", nullptr)
        .field("expiresAt", token.expires)
        .field("dateCreated", token.created)
        .field("state", echoed_state)
        .field("token", token.token)
        .field("refreshToken", token.refresh_token)
        .end_object();
    return http::response::json(201, out.take());
}

http::response exchange_code(
    sentry_state& state, application const& app, installation& installation, token_request const& sent
) {
    if (auto missing = missing_fields({{"client_id", &sent.client_id}, {"code", &sent.code}}))
        return *missing;
    for (auto const& other : state.installations)
        if (other.code == *sent.code && other.id != installation.id)
            return detail_response(401, "Forbidden grant");
    if (installation.code.empty() || installation.code != *sent.code)
        return detail_response(401, "Could not find grant for given code");
    if (installation.code_expires <= state.now()) return detail_response(401, "Grant has already expired");
    installation.code.clear();
    return token_response(app, state.replace_token(installation), sent.state);
}

http::response exchange_refresh_token(
    sentry_state& state, application const& app, installation& installation, token_request const& sent
) {
    if (auto missing =
            missing_fields({{"client_id", &sent.client_id}, {"refresh_token", &sent.refresh_token}}))
        return *missing;
    for (auto const& other : state.installations) {
        auto const is_known = other.token && other.token->refresh_token == *sent.refresh_token;
        if (is_known && other.application_id != app.id)
            return detail_response(400, "Token does not belong to the application");
    }
    if (!installation.token || installation.token->refresh_token != *sent.refresh_token)
        return detail_response(401, "Given refresh token does not exist");
    return token_response(app, state.replace_token(installation), sent.state);
}

http::response exchange_jwt(
    sentry_state& state, application const& app, installation& installation, token_request const& sent
) {
    if (!state.behavior.jwt_grant_enabled)
        return detail_response(403, "Manual token refresh is not enabled for this organization");
    if (!installation.token) return detail_response(401, "Installation does not have a token");
    return token_response(app, state.replace_token(installation), sent.state);
}

/// Sentry's order of checks: body, credentials, installation, its owner, the grant.
http::response respond_to(
    sentry_state& state, http::request const& request, std::optional<token_request> const& sent
) {
    if (!sent) return detail_response(401, "Invalid request");
    auto const jwt = sent->client_secret ? std::nullopt : bearer_token_of(request);
    auto* const app = jwt ? application_of_jwt(state, *jwt) : application_of_secret(state, *sent);
    if (!app)
        return detail_response(401, jwt ? "Invalid client secret JWT" : "Invalid Client ID / Secret pair");
    auto const id = uuid::parse(request.capture("uuid"));
    auto* const installation = id ? state.installation_by(*id) : nullptr;
    if (!installation) return not_found();
    if (installation->application_id != app->id) return forbidden();
    if (sent->grant == "authorization_code") return exchange_code(state, *app, *installation, *sent);
    if (sent->grant == "refresh_token") return exchange_refresh_token(state, *app, *installation, *sent);
    if (sent->grant == jwt_bearer && jwt) return exchange_jwt(state, *app, *installation, *sent);
    if (sent->grant == jwt_bearer) return detail_response(401, "Invalid client secret JWT");
    return detail_response(403, "Invalid grant_type");
}

std::string counter_name(std::optional<token_request> const& sent) {
    if (!sent) return "none";
    if (sent->grant == jwt_bearer) return "jwt_bearer";
    return sent->grant == "authorization_code" || sent->grant == "refresh_token" ? sent->grant : "other";
}

}  // namespace

void add_authorization_routes(route_table& table, sandbox_context& context) {
    table.add(
        http::method::post,
        "/api/0/sentry-app-installations/{uuid}/authorizations/",
        "authorizations",
        [&state = context.state](http::request& request) {
            auto const sent = read_token_request(request);
            auto response = respond_to(state, request, sent);
            ++state.token_calls[counter_name(sent)][std::to_string(response.status)];
            return response;
        }
    );
}

}  // namespace tocsin::sandbox
