#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

/// True for well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text) noexcept;

/// Text from outside, ready to be stored and shown: NUL and ill-formed sequences become U+FFFD, and longer
/// text is cut to `max_bytes` between code points. `cut`, if given, is then set to true; it is never set to
/// false.
std::string repaired(std::string_view text, std::size_t max_bytes, bool* cut = nullptr);

/// Text for a log line or a terminal, at most `max_bytes`: C0 and C1 controls, DEL, U+2028, U+2029, and
/// bidirectional controls become escapes like \u001B, ill-formed bytes become U+FFFD.
std::string printable(std::string_view text, std::size_t max_bytes = 2048);

/// Each line of the text as by `printable`: what a command prints about its input.
std::string printable_lines(std::string_view text);

/// A JSON string literal with quotes, for logs and short responses. Escapes the same characters as
/// `printable`.
std::string json_quoted(std::string_view text);

/// ASCII only, independent of the locale.
std::string to_lower(std::string_view text);
std::string_view trim(std::string_view text) noexcept;
bool equal_ignoring_case(char const* a, char const* b, std::size_t size) noexcept;
inline bool iequals(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && equal_ignoring_case(a.data(), b.data(), a.size());
}

/// Decimal digits only, after a minus sign if the number is negative. Nothing if the text is not a number, or
/// is too large.
std::optional<std::int64_t> whole_number(std::string_view text) noexcept;

/// True for 1 to 63 characters of a-z, 0-9, and inner dashes: the slugs of organizations and services.
bool is_slug(std::string_view text) noexcept;

}  // namespace tocsin
