#include "paging.hpp"

#include "responses.hpp"

#include <charconv>
#include <cstdint>
#include <string_view>

namespace tocsin::sandbox {

namespace {

constexpr std::size_t max_page_size = 100;

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t out = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

/// `value:offset:is_prev`; the offset is the number of the page.
std::optional<std::int64_t> page_of_cursor(std::string_view cursor) {
    auto const first = cursor.find(':');
    auto const second = first == std::string_view::npos ? first : cursor.find(':', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    if (!parse_integer(cursor.substr(0, first)) || !parse_integer(cursor.substr(second + 1)))
        return std::nullopt;
    return parse_integer(cursor.substr(first + 1, second - first - 1));
}

std::string cursor_text(page_request const& page, std::int64_t number, bool previous) {
    return std::to_string(page.size) + ":" + std::to_string(number) + (previous ? ":1" : ":0");
}

}  // namespace

std::variant<page_request, http::response> read_page(http::request const& request) {
    page_request out;
    for (auto const& [name, value] : request.query) {
        if (name == "per_page" || name == "limit") {
            auto const size = parse_integer(value);
            if (!size) return detail_response(400, "Invalid " + name + " parameter.");
            if (*size < 1 || *size > std::int64_t{max_page_size})
                return detail_response(400, "Invalid " + name + " value. Must be between 1 and 100.");
            out.size = static_cast<std::size_t>(*size);
        } else if (name == "cursor") {
            auto const number = page_of_cursor(value);
            if (!number || *number > 1'000'000) return detail_response(400, "Invalid cursor parameter.");
            out.number = *number < 0 ? 0 : static_cast<std::size_t>(*number);
        }
    }
    return out;
}

std::string link_header(
    http::request const& request, std::string const& base_url, page_request const& page, std::size_t total
) {
    std::vector<std::pair<std::string, std::string>> query;
    for (auto const& [name, value] : request.query)
        if (name != "cursor") query.emplace_back(name, value);
    auto const url = base_url + request.target + "?" + http::form_encoded(query);
    auto const relation = [&](char const* name, std::int64_t number, bool previous, bool results) {
        auto const cursor = cursor_text(page, number, previous);
        return "<" + url + "&cursor=" + cursor + ">; rel=\"" + name + "\"; results=\"" +
               (results ? "true" : "false") + "\"; cursor=\"" + cursor + "\"";
    };
    auto const number = static_cast<std::int64_t>(page.number);
    return relation("previous", number - 1, true, number > 0) + ", " +
           relation("next", number + 1, false, page.begin() + page.size < total);
}

}  // namespace tocsin::sandbox
