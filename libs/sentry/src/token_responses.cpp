#include "fields.hpp"
#include "unusable.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/sentry/responses.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace {

constexpr std::size_t max_response_size = 64 * 1024;
constexpr std::size_t max_scopes = 100;
/// A longer life is an error of the server and is reduced to this.
constexpr std::chrono::days max_life{366};

/// Only visible ASCII, because a token is sent in a header.
std::optional<secret> read_token(std::optional<json::value> const& field) {
    auto const text = field ? field->as_string() : std::nullopt;
    if (!text || text->empty() || text->size() > 4096) return std::nullopt;
    bool const visible = std::all_of(text->begin(), text->end(), [](char c) { return c > 0x20 && c < 0x7F; });
    return visible ? std::optional(secret(std::string(*text))) : std::nullopt;
}

/// The scopes in a space-separated text, sorted, without duplicates.
std::vector<std::string> split_scopes(std::string_view text) {
    std::vector<std::string> scopes;
    while (!text.empty() && scopes.size() < max_scopes) {
        auto const end = text.find(' ');
        if (auto const scope = text.substr(0, end); !scope.empty()) scopes.push_back(printable(scope, 100));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    std::sort(scopes.begin(), scopes.end());
    scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
    return scopes;
}

bool is_set(std::optional<json::value> const& field) noexcept {
    return field && !field->is_null();
}

}  // namespace

call_result<token_set> decode_token_set(std::string_view body, timestamp now) {
    if (body.size() > max_response_size) return unusable("the token response is too large");
    auto const parsed = json::parse(body);
    if (!parsed) return unusable("the token response is not JSON");
    auto const root = parsed->root();
    token_set tokens;
    auto access = read_token(root.find("token"));
    if (!access) return unusable("the token response has no token");
    tokens.access_token = std::move(*access);
    tokens.refresh_token = read_token(root.find("refreshToken"));
    if (auto const expires = root.find("expiresAt"); expires && !expires->is_null()) {
        auto const text = expires->as_string();
        auto const expiry = text ? parse_rfc3339(*text) : std::nullopt;
        if (!expiry || *expiry <= now) return unusable("the token response's expiresAt is not in the future");
        tokens.expires_at = std::min(*expiry, now + max_life);
    }
    if (auto const scopes = root.find("scopes"))
        for (std::size_t i = 0; i < std::min(scopes->size(), max_scopes); ++i)
            if (auto const scope = scopes->element(i).as_string())
                tokens.scopes.push_back(printable(*scope, 100));
    std::sort(tokens.scopes.begin(), tokens.scopes.end());
    return tokens;
}

call_result<token_set> decode_oauth_token_set(std::string_view body, timestamp now) {
    if (body.size() > max_response_size) return unusable("the token response is too large");
    auto const parsed = json::parse(body);
    if (!parsed) return unusable("the token response is not JSON");
    auto const root = parsed->root();
    token_set tokens;
    auto access = read_token(root.find("access_token"));
    if (!access) return unusable("the token response has no access_token");
    tokens.access_token = std::move(*access);
    if (auto const refresh = root.find("refresh_token"); is_set(refresh)) {
        tokens.refresh_token = read_token(refresh);
        if (!tokens.refresh_token) return unusable("the token response's refresh_token is malformed");
    }
    if (!iequals(text_of(root.find("token_type"), 40), "bearer"))
        return unusable("the token response's token_type is not bearer");
    if (auto const expires = root.find("expires_in"); is_set(expires)) {
        auto const seconds = expires->as_int64();
        if (!seconds || *seconds <= 0) return unusable("the token response's expires_in is not a lifetime");
        tokens.expires_at = now + std::min<std::chrono::seconds>(std::chrono::seconds(*seconds), max_life);
    }
    if (auto const scope = root.find("scope"); is_set(scope)) {
        auto const text = scope->as_string();
        if (!text) return unusable("the token response's scope is not a string");
        tokens.scopes = split_scopes(*text);
    }
    if (auto const organization = root.find("organization_id"); is_set(organization)) {
        tokens.organization_id = text_of(organization, 65);
        if (!is_identifier(tokens.organization_id))
            return unusable("the token response's organization_id is not an identifier");
    }
    return tokens;
}

}  // namespace tocsin::sentry
