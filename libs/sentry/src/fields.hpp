#pragma once

#include <tocsin/base/text.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/sentry/issue.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
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

/// Reads typed fields of one JSON object; what is missing or of another kind reads as empty.
class fields {
public:
    explicit fields(json::value root) : root_(root) {}

    std::string text(std::initializer_list<std::string_view> path, std::size_t max_bytes) const {
        return text_of(root_.at(path), max_bytes);
    }
    std::optional<timestamp> time(std::initializer_list<std::string_view> path) const {
        return parse_rfc3339(text(path, 64));
    }
    /// At least 1: a string in some bodies, a number in others.
    std::int64_t count(std::initializer_list<std::string_view> path) const;
    bool has(std::initializer_list<std::string_view> path) const { return root_.at(path).has_value(); }
    std::optional<json::value> at(std::initializer_list<std::string_view> path) const {
        return root_.at(path);
    }

private:
    json::value root_;
};

/// http and https only: what a console may link to.
inline std::string web_url(std::string text) {
    return text.starts_with("https://") || text.starts_with("http://") ? text : std::string();
}

/// An issue of a webhook or an answer: they are written alike.
issue read_issue(json::value const& from);

}  // namespace tocsin::sentry
