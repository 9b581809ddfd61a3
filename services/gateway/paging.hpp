#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/http/message.hpp>
#include <tocsin/json/writer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::gateway {

/// `?limit=` (1 to 200, default 50) and `?cursor=` of a list.
struct page {
    std::int64_t limit = 50;
    std::optional<std::string> cursor;  ///< decoded: what `encode_cursor` was given
};

result<page> read_page(http::request const& request);
/// The refusal of a cursor whose key does not fit the list.
error bad_cursor();
/// Opaque to clients: base64url of a version and the key of the last item.
std::string encode_cursor(std::string_view key);

/// Where a page of a list that was read whole begins and ends; without `?limit=` it ends with the list.
struct part {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::optional<std::string> next_cursor;
};
result<part> read_part(http::request const& request, std::size_t size);

/// A list that was read whole, as the request wants to have it.
template <class Items, class Write>
result<http::response> list_part(http::request const& request, Items const& items, Write const& write) {
    auto const wanted = read_part(request, items.size());
    if (!wanted) return wanted.error();
    json::writer out;
    out.begin_object().name("items").begin_array();
    for (auto at = wanted->begin; at < wanted->end; ++at) write(out, items[at]);
    return http::response::json(
        200, out.end_array().field("next_cursor", wanted->next_cursor).end_object().take()
    );
}

/// A list that was read by its key, one item more than the page wants: that one tells whether there is a next
/// page. `key_of(item)` is the text that `page::cursor` gives back.
template <class Items, class Write, class Key>
http::response key_page(page const& wanted, Items const& items, Write const& write, Key const& key_of) {
    auto const shown = std::min(items.size(), static_cast<std::size_t>(wanted.limit));
    std::optional<std::string> next;
    if (shown < items.size()) next = encode_cursor(key_of(items[shown - 1]));
    json::writer out;
    out.begin_object().name("items").begin_array();
    for (std::size_t at = 0; at < shown; ++at) write(out, items[at]);
    return http::response::json(200, out.end_array().field("next_cursor", next).end_object().take());
}

/// What a POST of a whole list has made; `write(out, item)` writes one item.
template <class Items, class Write>
http::response made_list(Items const& items, Write const& write) {
    json::writer out;
    out.begin_object().name("items").begin_array();
    for (auto const& each : items) write(out, each);
    return http::response::json(201, out.end_array().field("next_cursor", nullptr).end_object().take());
}

}  // namespace tocsin::gateway
