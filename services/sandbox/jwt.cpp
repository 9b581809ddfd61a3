#include "jwt.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/json/document.hpp>

#include <chrono>

namespace tocsin::sandbox {

namespace {

constexpr auto max_lifetime = std::chrono::minutes(10);

std::optional<json::document> decode_part(std::string_view part) {
    auto const bytes = from_base64url(part);
    if (!bytes) return std::nullopt;
    auto parsed = json::parse(as_text(*bytes));
    if (!parsed) return std::nullopt;
    return std::move(*parsed);
}

std::string text_of(json::value claims, std::string_view name) {
    auto const claim = claims.find(name);
    return std::string(claim ? claim->as_string().value_or("") : "");
}

bool is_signed_by(application const& app, std::string_view message, byte_view signature) {
    crypto::hmac_sha256 mac(app.client_secret);
    return crypto::equal_in_constant_time(mac.sign(message), signature);
}

bool is_valid_expiry(timestamp expiry, timestamp now) {
    return expiry > now && expiry <= now + max_lifetime;
}

}  // namespace

application* application_of_jwt(sentry_state& state, std::string_view jwt) {
    auto const first = jwt.find('.');
    auto const second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
    if (second == std::string_view::npos) return nullptr;
    auto const header = decode_part(jwt.substr(0, first));
    auto const claims = decode_part(jwt.substr(first + 1, second - first - 1));
    auto const signature = from_base64url(jwt.substr(second + 1));
    if (!header || !claims || !signature || text_of(header->root(), "alg") != "HS256") return nullptr;

    auto const issuer = text_of(claims->root(), "iss");
    auto* const app = state.application_by_client_id(issuer);
    if (!app || !is_signed_by(*app, jwt.substr(0, second), *signature)) return nullptr;
    if (text_of(claims->root(), "sub") != issuer) return nullptr;

    auto const expiry = claims->root().find("exp");
    auto const seconds = expiry ? expiry->as_int64() : std::nullopt;
    if (!seconds || *seconds < 0 || *seconds > 253'402'300'799) return nullptr;  // the end of year 9999
    timestamp const expires{std::chrono::seconds(*seconds)};
    if (!is_valid_expiry(expires, state.real_now()) && !is_valid_expiry(expires, state.now())) return nullptr;

    auto const id = issuer + " " + text_of(claims->root(), "jti");
    std::erase_if(state.seen_jwts, [&](auto const& entry) {
        return entry.second + max_lifetime < state.real_now();
    });
    if (id.ends_with(' ') || !state.seen_jwts.emplace(id, expires).second) return nullptr;
    return app;
}

}  // namespace tocsin::sandbox
