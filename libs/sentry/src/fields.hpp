#pragma once

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::sentry {

/// An id or a text, whichever type it came in; empty where there is none.
inline std::string text_of(std::optional<json::value> const& at, std::size_t max_bytes) {
    if (!at) return {};
    auto const text = at->as_id_text();
    return text ? repaired(*text, max_bytes) : std::string();
}

/// Identifiers decide what something is applied to: repaired ones (U+FFFD) would confuse two of them.
inline bool is_identifier(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 64 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace tocsin::sentry
