#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::http {

/// Character classes and small grammar rules of HTTP (RFC 9110, 9112) and URIs (RFC 3986). Pure functions.

bool is_token(std::string_view text) noexcept;  ///< one or more tchar
/// HTAB, 0x20 to 0x7E, and 0x80 to 0xFF: no CR, LF, NUL, or other control character.
bool is_field_value(std::string_view text) noexcept;
/// Not empty, only pchar and '/'. Escapes are not checked.
bool is_path(std::string_view text) noexcept;
/// 0x21 to 0x7E except `"`, `<`, `>`, `#`, which every client escapes.
bool is_query(std::string_view text) noexcept;
bool is_unreserved(char c) noexcept;

/// Removes spaces and tabs at both ends.
std::string_view trim_ows(std::string_view text) noexcept;

/// At most 19 digits, without a sign and leading zeros.
std::optional<std::uint64_t> canonical_number(std::string_view text) noexcept;

/// The host of a Host field's `host` or `host:port`; nothing if it is malformed.
std::optional<std::string_view> host_without_port(std::string_view text) noexcept;

/// What a plus sign means.
enum class plus { literal, space };
/// Nothing if an escape is malformed, or the result contains a NUL or is not UTF-8.
std::optional<std::string> percent_decoded(std::string_view text, plus meaning);

/// Calls `each(element)` for the elements of a comma-separated list that are not empty, without white space
/// at their ends.
template <class Each>
void for_each_element(std::string_view list, Each each) {
    while (!list.empty()) {
        auto const comma = list.find(',');
        auto const element = trim_ows(list.substr(0, comma));
        if (!element.empty()) each(element);
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
}

}  // namespace tocsin::http
