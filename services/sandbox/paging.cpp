#include "paging.hpp"

#include "core.hpp"

#include <charconv>
#include <cstdint>
#include <string_view>

namespace tocsin::sandbox {

namespace {

constexpr std::size_t largest_page = 100;

std::optional<std::int64_t> whole(std::string_view text) {
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
    if (!whole(cursor.substr(0, first)) || !whole(cursor.substr(second + 1))) return std::nullopt;
    return whole(cursor.substr(first + 1, second - first - 1));
}

std::string cursor_text(page_request const& shown, std::int64_t number, bool previous) {
    return std::to_string(shown.size) + ":" + std::to_string(number) + (previous ? ":1" : ":0");
}

}  // namespace

std::variant<page_request, http::response> read_page(http::request const& about) {
    page_request out;
    for (auto const& [name, value] : about.query) {
        if (name == "per_page" || name == "limit") {
            auto const size = whole(value);
            if (!size) return detail_answer(400, "Invalid " + name + " parameter.");
            if (*size < 1 || *size > std::int64_t{largest_page})
                return detail_answer(400, "Invalid " + name + " value. Must be between 1 and 100.");
            out.size = static_cast<std::size_t>(*size);
        } else if (name == "cursor") {
            auto const number = page_of_cursor(value);
            if (!number || *number > 1'000'000) return detail_answer(400, "Invalid cursor parameter.");
            out.number = *number < 0 ? 0 : static_cast<std::size_t>(*number);
        }
    }
    return out;
}

std::string link_header(
    http::request const& about, std::string const& base_url, page_request const& shown, std::size_t total
) {
    std::vector<std::pair<std::string, std::string>> kept;
    for (auto const& [name, value] : about.query)
        if (name != "cursor") kept.emplace_back(name, value);
    auto const url = base_url + about.target + "?" + http::form_encoded(kept);
    auto const relation = [&](char const* name, std::int64_t number, bool previous, bool results) {
        auto const cursor = cursor_text(shown, number, previous);
        return "<" + url + "&cursor=" + cursor + ">; rel=\"" + name + "\"; results=\"" +
               (results ? "true" : "false") + "\"; cursor=\"" + cursor + "\"";
    };
    auto const number = static_cast<std::int64_t>(shown.number);
    return relation("previous", number - 1, true, number > 0) + ", " +
           relation("next", number + 1, false, shown.begin() + shown.size < total);
}

}  // namespace tocsin::sandbox
