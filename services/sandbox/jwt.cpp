#include "jwt.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/json/document.hpp>

#include <chrono>

namespace tocsin::sandbox {

namespace {

constexpr auto longest_life = std::chrono::minutes(10);

std::optional<json::document> decoded(std::string_view part) {
    auto const bytes = from_base64url(part);
    if (!bytes) return std::nullopt;
    auto parsed = json::parse(as_text(*bytes));
    if (!parsed) return std::nullopt;
    return std::move(*parsed);
}

std::string text_of(json::value claims, std::string_view name) {
    auto const found = claims.find(name);
    return std::string(found ? found->as_string().value_or("") : "");
}

bool signed_by(application const& app, std::string_view message, byte_view signature) {
    crypto::hmac_sha256 mac(app.client_secret);
    return crypto::equal_in_constant_time(mac.sign(message), signature);
}

bool is_ahead(timestamp expiry, timestamp now) {
    return expiry > now && expiry <= now + longest_life;
}

}  // namespace

application* application_of_jwt(state& world, std::string_view jwt) {
    auto const first = jwt.find('.');
    auto const second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
    if (second == std::string_view::npos) return nullptr;
    auto const header = decoded(jwt.substr(0, first));
    auto const claims = decoded(jwt.substr(first + 1, second - first - 1));
    auto const signature = from_base64url(jwt.substr(second + 1));
    if (!header || !claims || !signature || text_of(header->root(), "alg") != "HS256") return nullptr;

    auto const issuer = text_of(claims->root(), "iss");
    auto* const app = world.application_by_client_id(issuer);
    if (!app || !signed_by(*app, jwt.substr(0, second), *signature)) return nullptr;
    if (text_of(claims->root(), "sub") != issuer) return nullptr;

    auto const expiry = claims->root().find("exp");
    auto const seconds = expiry ? expiry->as_int64() : std::nullopt;
    if (!seconds || *seconds < 0 || *seconds > 253'402'300'799) return nullptr;  // the end of year 9999
    timestamp const expires{std::chrono::seconds(*seconds)};
    if (!is_ahead(expires, world.unmoved_now()) && !is_ahead(expires, world.now())) return nullptr;

    auto const id = issuer + " " + text_of(claims->root(), "jti");
    std::erase_if(world.seen_jwts, [&](auto const& each) {
        return each.second + longest_life < world.unmoved_now();
    });
    if (id.ends_with(' ') || !world.seen_jwts.emplace(id, expires).second) return nullptr;
    return app;
}

}  // namespace tocsin::sandbox
