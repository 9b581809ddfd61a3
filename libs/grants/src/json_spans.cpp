#include "json_spans.hpp"

#include <tocsin/base/text.hpp>

namespace tocsin::grants {

namespace {

/// The position after the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) noexcept {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
    return at + 1;
}

/// The parts between the commas of the outermost object or array.
std::vector<std::string_view> parts_of(std::string_view text) {
    std::vector<std::string_view> parts;
    text = trim(text);
    if (text.size() < 2) return parts;
    text = text.substr(1, text.size() - 2);
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t at = 0; at < text.size();) {
        char const c = text[at];
        if (c == '"') {
            at = end_of_string(text, at);
            continue;
        }
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') --depth;
        if (c == ',' && depth == 0) {
            parts.push_back(trim(text.substr(begin, at - begin)));
            begin = at + 1;
        }
        ++at;
    }
    if (auto const last = trim(text.substr(begin)); !last.empty()) parts.push_back(last);
    return parts;
}

}  // namespace

std::vector<std::string_view> element_texts(std::string_view array) {
    if (!trim(array).starts_with('[')) return {};
    return parts_of(array);
}

std::string_view member_text(std::string_view object, std::string_view name) {
    if (!trim(object).starts_with('{')) return {};
    for (auto const member : parts_of(object)) {
        auto const end = end_of_string(member, 0);
        if (member.substr(1, end - 2) != name) continue;
        auto const value = trim(member.substr(end));
        return trim(value.substr(1));
    }
    return {};
}

}  // namespace tocsin::grants
