#include "grammar.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/http/message.hpp>

#include <algorithm>
#include <stdexcept>

namespace tocsin::http {
namespace {

void check(std::string_view name, std::string_view value) {
    if (!is_token(name)) throw std::invalid_argument("the name of a header field is not a token");
    if (!is_field_value(value)) {
        throw std::invalid_argument(
            "the value of header field " + std::string(name) + " contains a control character"
        );
    }
}

}  // namespace

void fields::add(std::string_view name, std::string_view value) {
    check(name, value);
    all_.emplace_back(name, value);
}

void fields::set(std::string_view name, std::string_view value) {
    check(name, value);
    std::string copy(value);  // `value` may be a view of a field that is erased
    std::erase_if(all_, [&](auto const& field) { return iequals(field.first, name); });
    all_.emplace_back(name, std::move(copy));
}

std::optional<std::string_view> fields::find(std::string_view name) const noexcept {
    auto const position =
        std::ranges::find_if(all_, [&](auto const& field) { return iequals(field.first, name); });
    if (position == all_.end()) return std::nullopt;
    return position->second;
}

std::size_t fields::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(all_, [&](auto const& field) {
        return iequals(field.first, name);
    }));
}

}  // namespace tocsin::http
