#include "gateway/field_formats.hpp"

#include <tocsin/base/pasted_text.hpp>
#include <tocsin/base/text.hpp>

#include <algorithm>

namespace tocsin::gateway {

bool is_given(json::reader& in, std::string_view name) {
    return in.optional_value(name).has_value();
}

std::string_view control_character_problem(std::string const& given) {
    return printable(given, given.size()) == given ? "" : "must not contain control characters";
}

std::string_view header_value_problem(std::string const& given) {
    return is_visible_ascii(given)
               ? ""
               : "must contain only visible ASCII characters: no spaces, line breaks, or accents inside";
}

std::string_view slug_problem(std::string const& given) {
    return is_slug(given) ? "" : "must have 1 to 63 characters of a-z, 0-9, and inner dashes";
}

std::string_view web_address_problem(std::string const& given) {
    bool const is_address = given.empty() || given.starts_with("https://") || given.starts_with("http://");
    return is_address && is_visible_ascii(given) ? ""
                                                 : "must be an address that begins with https:// or http://";
}

std::optional<std::string> text::read(json::reader& in, std::string_view name) const {
    if (if_null == null::is_wrong && in.has(name) && !is_given(in, name)) in.reject(name, "must be a text");
    auto given = space_around == surroundings::trimmed ? in.optional_pasted_text(name, length)
                                                       : in.optional_text(name, length);
    if (!given || problem == nullptr) return given;
    if (auto const message = problem(*given); !message.empty()) in.reject(name, std::string(message));
    return given;
}

std::optional<std::string> word::read(json::reader& in, std::string_view name) const {
    auto const value = in.optional_value(name);
    if (!value) return std::nullopt;
    auto const given = value->as_string();
    if (given && std::find(words.begin(), words.end(), *given) != words.end()) return std::string(*given);
    in.reject(name, "must be one of " + listed(words));
    return std::nullopt;
}

std::string listed(std::vector<std::string> const& words) {
    std::string list;
    for (auto const& each : words) list += (list.empty() ? "" : ", ") + each;
    return list;
}

}  // namespace tocsin::gateway
