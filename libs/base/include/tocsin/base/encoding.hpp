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

/// The bytes of a text, not copied.
byte_view as_bytes(std::string_view text) noexcept;
/// The text of bytes, not copied.
std::string_view as_text(byte_view bytes) noexcept;

/// Lower-case hex.
std::string to_hex(byte_view bytes);
/// Hex of either case; odd length or another character is nothing.
std::optional<byte_string> from_hex(std::string_view text);

/// Standard base64 with padding (RFC 4648, section 4).
std::string to_base64(byte_view bytes);
/// Standard base64, padding required, canonical only (no stray bits, no white space).
std::optional<byte_string> from_base64(std::string_view text);

/// base64url without padding (RFC 4648, section 5): PKCE, JWT, cookies.
std::string to_base64url(byte_view bytes);
std::optional<byte_string> from_base64url(std::string_view text);

}  // namespace tocsin
