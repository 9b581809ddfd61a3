#include "core.hpp"
#include "jwt.hpp"

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

/// What a token call holds, once its body has been read.
struct token_call {
    std::string grant;
    std::optional<std::string> client_id;
    std::optional<std::string> client_secret;
    std::optional<std::string> code;
    std::optional<std::string> refresh_token;
    std::optional<std::string> state;
};

std::optional<std::string> text_of(json::value body, std::string_view name) {
    auto const found = body.find(name);
    auto const text = found ? found->as_string() : std::nullopt;
    return text ? std::optional(std::string(*text)) : std::nullopt;
}

/// Nothing where the body is no JSON object, or not declared as JSON.
std::optional<token_call> read_call(http::request const& about) {
    if (!is_json(about)) return std::nullopt;
    auto const body = json::parse(about.body);
    if (!body) return std::nullopt;
    auto const root = body->root();
    return token_call{
        text_of(root, "grant_type").value_or(""),
        text_of(root, "client_id"),
        text_of(root, "client_secret"),
        text_of(root, "code"),
        text_of(root, "refresh_token"),
        text_of(root, "state"),
    };
}

std::optional<std::string_view> bearer_of(http::request const& about) {
    auto const header = about.headers.find("Authorization").value_or("");
    if (!iequals(header.substr(0, 7), "Bearer ")) return std::nullopt;
    return trim(header.substr(7));
}

application* application_of_secret(state& world, token_call const& call) {
    if (!call.client_id || !call.client_secret) return nullptr;
    auto* const app = world.application_by_client_id(*call.client_id);
    if (!app) return nullptr;
    auto const same =
        crypto::equal_in_constant_time(as_bytes(app->client_secret.reveal()), as_bytes(*call.client_secret));
    return same ? app : nullptr;
}

/// Django REST framework's field map.
std::optional<http::response> missing_fields(
    std::vector<std::pair<std::string_view, std::optional<std::string> const*>> const& required
) {
    json::writer out;
    out.begin_object();
    bool any = false;
    for (auto const& [name, value] : required) {
        if (*value && !(*value)->empty()) continue;
        auto const* const text = *value ? "This field may not be blank." : "This field is required.";
        out.name(name).begin_array().text(text).end_array();
        any = true;
    }
    out.end_object();
    if (!any) return std::nullopt;
    return http::response::json(400, out.take());
}

http::response created(
    application const& app, access_token const& token, std::optional<std::string> const& echoed
) {
    json::writer out;
    out.begin_object()
        .field("id", std::to_string(token.id))
        .field("scopes", app.scopes)
        .field("application", nullptr)
        .field("expiresAt", token.expires)
        .field("dateCreated", token.created)
        .field("state", echoed)
        .field("token", token.token)
        .field("refreshToken", token.refresh_token)
        .end_object();
    return http::response::json(201, out.take());
}

http::response exchange_code(state& world, application const& app, installation& at, token_call const& call) {
    if (auto missing = missing_fields({{"client_id", &call.client_id}, {"code", &call.code}}))
        return *missing;
    for (auto const& each : world.installations)
        if (each.code == *call.code && each.id != at.id) return detail_answer(401, "Forbidden grant");
    if (at.code.empty() || at.code != *call.code)
        return detail_answer(401, "Could not find grant for given code");
    if (at.code_expires <= world.now()) return detail_answer(401, "Grant has already expired");
    at.code.clear();
    return created(app, world.renew_token(at), call.state);
}

http::response exchange_refresh_token(
    state& world, application const& app, installation& at, token_call const& call
) {
    if (auto missing =
            missing_fields({{"client_id", &call.client_id}, {"refresh_token", &call.refresh_token}}))
        return *missing;
    for (auto const& each : world.installations) {
        auto const known = each.token && each.token->refresh_token == *call.refresh_token;
        if (known && each.application_id != app.id)
            return detail_answer(400, "Token does not belong to the application");
    }
    if (!at.token || at.token->refresh_token != *call.refresh_token)
        return detail_answer(401, "Given refresh token does not exist");
    return created(app, world.renew_token(at), call.state);
}

http::response exchange_jwt(state& world, application const& app, installation& at, token_call const& call) {
    if (!world.set.jwt_grant_enabled)
        return detail_answer(403, "Manual token refresh is not enabled for this organization");
    if (!at.token) return detail_answer(401, "Installation does not have a token");
    return created(app, world.renew_token(at), call.state);
}

/// Sentry's order: body, credentials, installation, its owner, the grant.
http::response exchanged(state& world, http::request const& about, std::optional<token_call> const& call) {
    if (!call) return detail_answer(401, "Invalid request");
    auto const jwt = call->client_secret ? std::nullopt : bearer_of(about);
    auto* const app = jwt ? application_of_jwt(world, *jwt) : application_of_secret(world, *call);
    if (!app)
        return detail_answer(401, jwt ? "Invalid client secret JWT" : "Invalid Client ID / Secret pair");
    auto const id = uuid::parse(about.capture("uuid"));
    auto* const at = id ? world.installation_by(*id) : nullptr;
    if (!at) return not_found();
    if (at->application_id != app->id) return not_allowed();
    if (call->grant == "authorization_code") return exchange_code(world, *app, *at, *call);
    if (call->grant == "refresh_token") return exchange_refresh_token(world, *app, *at, *call);
    if (call->grant == jwt_bearer && jwt) return exchange_jwt(world, *app, *at, *call);
    if (call->grant == jwt_bearer) return detail_answer(401, "Invalid client secret JWT");
    return detail_answer(403, "Invalid grant_type");
}

std::string counted_as(std::optional<token_call> const& call) {
    if (!call) return "none";
    if (call->grant == jwt_bearer) return "jwt_bearer";
    return call->grant == "authorization_code" || call->grant == "refresh_token" ? call->grant : "other";
}

}  // namespace

void add_grant_routes(route_table& to, core& shared) {
    to.add(
        http::method::post,
        "/api/0/sentry-app-installations/{uuid}/authorizations/",
        "authorizations",
        [&world = shared.world](http::request& about) {
            auto const call = read_call(about);
            auto answer = exchanged(world, about, call);
            ++world.token_calls[counted_as(call)][std::to_string(answer.status)];
            return answer;
        }
    );
}

}  // namespace tocsin::sandbox
