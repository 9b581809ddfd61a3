#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/http/message.hpp>
#include <tocsin/json/writer.hpp>

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

/// A whole list as one page; `write(out, item)` writes one item.
template <class Items, class Write>
http::response whole_list(int status, Items const& items, Write const& write) {
    json::writer out;
    out.begin_object().name("items").begin_array();
    for (auto const& each : items) write(out, each);
    return http::response::json(status, out.end_array().field("next_cursor", nullptr).end_object().take());
}

}  // namespace tocsin::gateway
