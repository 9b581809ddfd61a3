#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/api_token.hpp>

#include <algorithm>
#include <string>

namespace tocsin::identity {

namespace {

constexpr std::string_view prefix = "tocsin_";
constexpr std::size_t id_chars = 22;
constexpr std::size_t secret_chars = 43;

constexpr bool is_base64url(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string api_token_prefix(token_id id) {
    auto const& bytes = id.value.bytes();
    return std::string(prefix) + to_base64url(byte_view(bytes.data(), bytes.size()));
}

secret make_api_token(token_id id) {
    auto const random = crypto::random_token();
    return secret(api_token_prefix(id) + "_" + std::string(random.reveal()));
}

bool looks_like_api_token(std::string_view text) noexcept {
    return text.size() == prefix.size() + id_chars + 1 + secret_chars && text.starts_with(prefix) &&
           text[prefix.size() + id_chars] == '_' && std::all_of(text.begin(), text.end(), is_base64url);
}

}  // namespace tocsin::identity
