#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

/// True where the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text) noexcept;

/// Foreign text made fit to be stored and shown: NUL and ill-formed sequences become U+FFFD, and what is
/// longer than `max_bytes` is cut on a code-point boundary (`cut`, if given, is then set to true, else left
/// alone).
std::string repaired(std::string_view text, std::size_t max_bytes, bool* cut = nullptr);

/// Text for a log line or a terminal: C0 and C1 controls, DEL, U+2028, U+2029 and bidirectional controls are
/// written as \u00XX-style escapes, ill-formed bytes as U+FFFD; at most `max_bytes`.
std::string printable(std::string_view text, std::size_t max_bytes = 2048);

/// A JSON string literal with its quotes, every control and non-ASCII-unsafe character escaped (for logs and
/// small answers).
std::string json_quoted(std::string_view text);

/// ASCII only, whatever the locale.
std::string to_lower(std::string_view text);
std::string_view trim(std::string_view text) noexcept;
bool equal_ignoring_case(char const* a, char const* b, std::size_t size) noexcept;
inline bool iequals(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && equal_ignoring_case(a.data(), b.data(), a.size());
}

/// Decimal digits and nothing else, with a minus before them where it is negative; nothing where it is none,
/// or too large.
std::optional<std::int64_t> whole_number(std::string_view text) noexcept;

/// True for 1 to 63 of a-z, 0-9 and inner dashes: organizations' and services' slugs.
bool is_slug(std::string_view text) noexcept;

}  // namespace tocsin
