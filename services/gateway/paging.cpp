#include "gateway/paging.hpp"

#include "gateway/request_query.hpp"

#include <tocsin/base/encoding.hpp>

#include <algorithm>

namespace tocsin::gateway {

namespace {

constexpr std::int64_t limit_max = 200;
constexpr std::size_t cursor_max = 1024;
/// Precedes the key in a decoded cursor. A new format of keys gets a new version, so that an old cursor is
/// refused instead of misread.
constexpr char cursor_version = '1';

bool is_in_query(http::request const& request, std::string_view name) {
    return std::any_of(request.query.begin(), request.query.end(), [name](auto const& parameter) {
        return parameter.name == name;
    });
}

std::optional<std::int64_t> parse_limit(std::string_view text) {
    auto const number = whole_number(text);
    return number && *number >= 1 && *number <= limit_max ? number : std::nullopt;
}

std::optional<std::string> decode_cursor(std::string_view text) {
    if (text.size() > cursor_max) return std::nullopt;
    auto const bytes = from_base64url(text);
    if (!bytes || bytes->empty() || bytes->front() != static_cast<std::uint8_t>(cursor_version))
        return std::nullopt;
    std::string key(as_text(*bytes).substr(1));
    // The key becomes a parameter of a statement.
    if (!is_utf8(key) || key.find('\0') != std::string::npos) return std::nullopt;
    return key;
}

}  // namespace

result<text_page> read_page(http::request const& request) {
    text_page page;
    if (is_in_query(request, "limit")) {
        auto const text = request.query_value("limit");
        auto const limit = text ? parse_limit(*text) : std::nullopt;
        if (!limit) return bad_query("limit", "must be a whole number from 1 to 200, given once");
        page.limit = *limit;
    }
    if (is_in_query(request, "cursor")) {
        auto const text = request.query_value("cursor");
        page.after = text ? decode_cursor(*text) : std::nullopt;
        if (!page.after) return bad_cursor();
    }
    return page;
}

result<list_slice> read_slice(http::request const& request) {
    auto const page = read_page(request);
    if (!page) return page.error();
    list_slice slice;
    if (page->after) {
        auto const offset = whole_number(*page->after);
        if (!offset || *offset < 0) return bad_cursor();
        slice.offset = static_cast<std::size_t>(*offset);
    }
    if (is_in_query(request, "limit")) slice.limit = static_cast<std::size_t>(page->limit);
    return slice;
}

input<list_slice> slice_input() {
    return {.read = [](request_context& ctx) { return read_slice(ctx.request); }, .fields = page_fields()};
}

std::vector<input_field> page_fields() {
    constexpr auto query = input_field::location::query;
    return {{.in = query, .name = "limit"}, {.in = query, .name = "cursor"}};
}

error bad_cursor() {
    return bad_query("cursor", "must be the next_cursor of the previous page, given once");
}

std::string encode_cursor(std::string_view key) {
    return to_base64url(as_bytes(std::string(1, cursor_version) + std::string(key)));
}

}  // namespace tocsin::gateway
