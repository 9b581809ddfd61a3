#include "gateway/paging.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>

#include <algorithm>

namespace tocsin::gateway {

namespace {

constexpr std::int64_t limit_max = 200;
constexpr std::size_t cursor_max = 1024;
/// Before the key in a decoded cursor: another shape of key gets another letter, so that an old cursor is
/// refused, not misread.
constexpr char cursor_version = '1';

error refused(std::string_view parameter, std::string message) {
    return {errc::invalid, "The page cannot be read.", {{std::string(parameter), std::move(message)}}};
}

std::size_t times_given(http::request const& request, std::string_view name) {
    std::size_t times = 0;
    for (auto const& parameter : request.query) times += parameter.name == name ? 1 : 0;
    return times;
}

std::optional<std::int64_t> read_limit(std::string_view text) {
    auto const number = whole_number(text);
    return number && *number >= 1 && *number <= limit_max ? number : std::nullopt;
}

std::optional<std::string> decode_cursor(std::string_view text) {
    if (text.size() > cursor_max) return std::nullopt;
    auto const bytes = from_base64url(text);
    if (!bytes || bytes->empty() || bytes->front() != static_cast<std::uint8_t>(cursor_version))
        return std::nullopt;
    std::string key(as_text(*bytes).substr(1));
    // The key goes to the database as text.
    if (!is_utf8(key) || key.find('\0') != std::string::npos) return std::nullopt;
    return key;
}

}  // namespace

result<page> read_page(http::request const& request) {
    page wanted;
    if (times_given(request, "limit") > 0) {
        auto const text = request.query_value("limit");
        auto const limit = text ? read_limit(*text) : std::nullopt;
        if (!limit) return refused("limit", "must be a whole number from 1 to 200, given once");
        wanted.limit = *limit;
    }
    if (times_given(request, "cursor") > 0) {
        auto const text = request.query_value("cursor");
        wanted.cursor = text ? decode_cursor(*text) : std::nullopt;
        if (!wanted.cursor) return bad_cursor();
    }
    return wanted;
}

result<part> read_part(http::request const& request, std::size_t size) {
    auto const wanted = read_page(request);
    if (!wanted) return wanted.error();
    part of{0, size, std::nullopt};
    if (wanted->cursor) {
        auto const begin = whole_number(*wanted->cursor);
        if (!begin || *begin < 0) return bad_cursor();
        of.begin = std::min(static_cast<std::size_t>(*begin), size);
    }
    if (times_given(request, "limit") > 0)
        of.end = of.begin + std::min(size - of.begin, static_cast<std::size_t>(wanted->limit));
    if (of.end < size) of.next_cursor = encode_cursor(std::to_string(of.end));
    return of;
}

error bad_cursor() {
    return refused("cursor", "must be the next_cursor of the page before, given once");
}

std::string encode_cursor(std::string_view key) {
    return to_base64url(as_bytes(std::string(1, cursor_version) + std::string(key)));
}

}  // namespace tocsin::gateway
