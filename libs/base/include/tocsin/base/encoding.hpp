#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

using byte_view = std::span<std::uint8_t const>;
using byte_string = std::vector<std::uint8_t>;

/// The bytes of a text, without a copy.
byte_view as_bytes(std::string_view text) noexcept;
/// Bytes as text, without a copy.
std::string_view as_text(byte_view bytes) noexcept;

/// The value of a hexadecimal digit in upper or lower case; -1 for any other character.
constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Lower-case hex.
std::string to_hex(byte_view bytes);
/// Hex in upper or lower case. Nothing if the length is odd, or another character occurs.
std::optional<byte_string> from_hex(std::string_view text);

/// Standard base64 with padding (RFC 4648, section 4).
std::string to_base64(byte_view bytes);
/// Standard base64 with padding, canonical only (no extra bits, no white space).
std::optional<byte_string> from_base64(std::string_view text);

/// base64url without padding (RFC 4648, section 5): PKCE, JWT, cookies.
std::string to_base64url(byte_view bytes);
std::optional<byte_string> from_base64url(std::string_view text);

}  // namespace tocsin
