#pragma once

#include "gateway/input.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/writer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::gateway {

/// `?limit=` (1 to 200, default 50) and `?cursor=` of a list that is read by key.
template <class Key>
struct page_of {
    std::int64_t limit = 50;
    std::optional<Key> after = {};  ///< the last item of the previous page

    /// One more than the page shows: it decides whether there is a next page.
    std::int64_t rows() const noexcept { return limit + 1; }
};

/// A page whose key is still text: as `encode_cursor` received it.
using text_page = page_of<std::string>;
result<text_page> read_page(http::request const& request);
error bad_cursor();
/// Opaque to clients: base64url of a version and the key of the last item.
std::string encode_cursor(std::string_view key);

std::vector<input_field> page_fields();

inline std::optional<std::int64_t> parse_key(std::string_view text, std::int64_t const*) {
    return whole_number(text);
}
inline std::optional<std::string> parse_key(std::string_view text, std::string const*) {
    return std::string(text);
}
template <class Tag>
std::optional<id_of<Tag>> parse_key(std::string_view text, id_of<Tag> const*) {
    return id_of<Tag>::parse(text);
}

/// A page whose cursor contains a `Key`; `parse_key` is found by the key's type.
template <class Key>
input<page_of<Key>> page_input() {
    return {
        .read = [](request_context& ctx) -> result<page_of<Key>> {
            auto const page = read_page(ctx.request);
            if (!page) return page.error();
            page_of<Key> typed{.limit = page->limit};
            if (page->after) {
                typed.after = parse_key(*page->after, static_cast<Key const*>(nullptr));
                if (!typed.after) return bad_cursor();
            }
            return typed;
        },
        .fields = page_fields()
    };
}

/// A page of a list; `write(out, item)` writes one item.
template <class Items, class Write>
http::response list_response(
    int status,
    Items const& items,
    Write const& write,
    std::optional<std::string> const& next_cursor = std::nullopt
) {
    json::writer out;
    out.begin_object().name("items").begin_array();
    for (auto const& item : items) write(out, item);
    return http::response::json(
        status, out.end_array().field("next_cursor", next_cursor).end_object().take()
    );
}

/// A list that was read by key, with one more item than the page shows. `key_of(item)` is the text that comes
/// back in the cursor.
template <class Key, class Items, class Write, class KeyOf>
http::response key_page(
    page_of<Key> const& page, Items const& items, Write const& write, KeyOf const& key_of
) {
    auto const shown = std::min(items.size(), static_cast<std::size_t>(page.limit));
    std::optional<std::string> next;
    if (shown < items.size()) next = encode_cursor(key_of(items[shown - 1]));
    return list_response(200, std::span(items.data(), shown), write, next);
}

/// The part of a list that was read whole: all from `offset`, unless `?limit=` is given.
struct list_slice {
    std::size_t offset = 0;
    std::optional<std::size_t> limit = {};
};
result<list_slice> read_slice(http::request const& request);
input<list_slice> slice_input();

/// The slice of a list that was read whole.
template <class Items, class Write>
http::response slice_response(list_slice const& slice, Items const& items, Write const& write) {
    auto const begin = std::min(slice.offset, items.size());
    auto const end = begin + std::min(items.size() - begin, slice.limit.value_or(items.size()));
    std::optional<std::string> next;
    if (end < items.size()) next = encode_cursor(std::to_string(end));
    return list_response(200, std::span(items.data() + begin, end - begin), write, next);
}

}  // namespace tocsin::gateway
