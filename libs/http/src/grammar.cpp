#include "grammar.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace tocsin::http {
namespace {

using table = std::array<bool, 256>;

constexpr table characters(std::string_view extra) {
    table t{};
    for (unsigned c = '0'; c <= '9'; ++c) t[c] = true;
    for (unsigned c = 'a'; c <= 'z'; ++c) t[c] = true;
    for (unsigned c = 'A'; c <= 'Z'; ++c) t[c] = true;
    for (char const c : extra) t[static_cast<unsigned char>(c)] = true;
    return t;
}

constexpr table query_characters() {
    table t{};
    for (unsigned c = 0x21; c <= 0x7E; ++c) t[c] = c != '"' && c != '<' && c != '>' && c != '#';
    return t;
}

constexpr table token_table = characters("!#$%&'*+-.^_`|~");
constexpr table unreserved_table = characters("-._~");
constexpr table path_table = characters("-._~!$&'()*+,;=:@%/");
constexpr table name_table = characters("-._");
constexpr table query_table = query_characters();

bool all_of(table const& allowed, std::string_view text) noexcept {
    return std::ranges::all_of(text, [&](char c) { return allowed[static_cast<unsigned char>(c)]; });
}

bool is_ipv6_text(std::string_view text) noexcept {
    return text.size() >= 2 && text.size() <= 45 &&
           text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

bool is_port(std::string_view text) noexcept {
    auto const number = canonical_number(text);
    return number && *number >= 1 && *number <= 65535;
}

}  // namespace

bool is_token(std::string_view text) noexcept {
    return !text.empty() && all_of(token_table, text);
}
bool is_field_value(std::string_view text) noexcept {
    // No early exit, so that the compiler can check many characters at once.
    bool valid = true;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        valid &= (byte >= 0x20 && byte != 0x7F) || byte == '\t';
    }
    return valid;
}
bool is_path(std::string_view text) noexcept {
    return !text.empty() && all_of(path_table, text);
}
bool is_query(std::string_view text) noexcept {
    return all_of(query_table, text);
}
bool is_unreserved(char c) noexcept {
    return unreserved_table[static_cast<unsigned char>(c)];
}

std::string_view trim_ows(std::string_view text) noexcept {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::uint64_t> canonical_number(std::string_view text) noexcept {
    if (text.empty() || text.size() > 19 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint64_t value = 0;
    for (char const c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

std::optional<std::string_view> host_without_port(std::string_view text) noexcept {
    auto host = text;
    if (text.starts_with('[')) {
        auto const bracket = text.find(']');
        if (bracket == std::string_view::npos || !is_ipv6_text(text.substr(1, bracket - 1)))
            return std::nullopt;
        host = text.substr(0, bracket + 1);
    } else {
        host = text.substr(0, text.find(':'));
        if (host.empty() || host.size() > 255 || !all_of(name_table, host)) return std::nullopt;
    }
    auto const rest = text.substr(host.size());
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    return host;
}

std::optional<std::string> percent_decoded(std::string_view text, plus meaning) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) return std::nullopt;
            int const high = hex_value(text[i + 1]);
            int const low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && meaning == plus::space) {
            c = ' ';
        }
        if (c == '\0') return std::nullopt;
        decoded.push_back(c);
    }
    if (!is_utf8(decoded)) return std::nullopt;
    return decoded;
}

}  // namespace tocsin::http
