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
#include <vector>

namespace tocsin::sentry {

/// An id as text, whether it is a string or a number; empty if there is none.
inline std::string text_of(std::optional<json::value> const& field, std::size_t max_bytes) {
    if (!field) return {};
    auto const text = field->as_id_text();
    return text ? repaired(*text, max_bytes) : std::string();
}

/// Whether a text may identify something. Repaired texts (U+FFFD) may not, because two of them could be
/// equal.
inline bool is_identifier(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 64 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// Reads typed fields of a JSON object. A field that is missing or has another type is empty.
class fields {
public:
    explicit fields(json::value root) : root_(root) {}

    std::string text(std::initializer_list<std::string_view> path, std::size_t max_bytes) const {
        return text_of(root_.at(path), max_bytes);
    }
    std::optional<timestamp> time(std::initializer_list<std::string_view> path) const {
        return parse_rfc3339(text(path, 64));
    }
    /// A number or a string of digits; at least 1.
    std::int64_t count(std::initializer_list<std::string_view> path) const;
    bool has(std::initializer_list<std::string_view> path) const { return root_.at(path).has_value(); }
    std::optional<json::value> at(std::initializer_list<std::string_view> path) const {
        return root_.at(path);
    }

private:
    json::value root_;
};

/// The text if it is an http or https URL, which a console may link to; else empty.
inline std::string web_url(std::string text) {
    return text.starts_with("https://") || text.starts_with("http://") ? text : std::string();
}

/// The paths, each below `prefix`, which ends with a slash.
std::vector<std::string> below(std::string_view prefix, json::selection const& paths);

/// An issue, which has the same form in webhooks and responses. webhook.hpp declares `write_issue`.
issue read_issue(json::value const& object);
/// What it reads, for a selection.
json::selection const& issue_paths();

}  // namespace tocsin::sentry
