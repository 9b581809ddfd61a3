#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::http {

/// Characters and small texts of HTTP (RFC 9110, 9112) and of URIs (RFC 3986). Pure.

bool is_token(std::string_view text) noexcept;  ///< one or more tchar
/// HTAB, 0x20 to 0x7E and 0x80 to 0xFF: no CR, LF, NUL or other control.
bool is_field_value(std::string_view text) noexcept;
/// Non-empty, pchar and '/' only; escapes are not looked at.
bool is_path(std::string_view text) noexcept;
/// 0x21 to 0x7E but for what no client leaves raw: `"`, `<`, `>`, `#`.
bool is_query(std::string_view text) noexcept;
bool is_unreserved(char c) noexcept;

/// Without spaces and tabs at both ends.
std::string_view trim_ows(std::string_view text) noexcept;

/// Digits without sign and leading zeros, at most 19 of them.
std::optional<std::uint64_t> canonical_number(std::string_view text) noexcept;

/// Of a hexadecimal digit; -1 for any other character.
int hex_value(char c) noexcept;

/// `host` or `host:port` of a Host field, without the port; nothing where it is no valid host.
std::optional<std::string_view> host_without_port(std::string_view text) noexcept;

enum class plus { as_it_stands, is_space };
/// Percent-decoded; nothing where an escape is broken, or where the result holds a NUL or is no UTF-8.
std::optional<std::string> percent_decoded(std::string_view text, plus meaning);

/// Calls `each(element)` for the non-empty elements of a comma-separated list, without the white space around
/// them.
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
