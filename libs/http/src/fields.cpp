#include "grammar.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/http/message.hpp>

#include <algorithm>
#include <stdexcept>

namespace tocsin::http {
namespace {

void check(std::string_view name, std::string_view value) {
    if (!is_token(name)) throw std::invalid_argument("a header field's name is no token");
    if (!is_field_value(value)) {
        throw std::invalid_argument(
            "the value of header field " + std::string(name) + " holds a control character"
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
    std::string kept(value);
    std::erase_if(all_, [&](auto const& field) { return iequals(field.first, name); });
    all_.emplace_back(name, std::move(kept));
}

std::optional<std::string_view> fields::find(std::string_view name) const noexcept {
    auto const found =
        std::ranges::find_if(all_, [&](auto const& field) { return iequals(field.first, name); });
    if (found == all_.end()) return std::nullopt;
    return found->second;
}

std::size_t fields::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(all_, [&](auto const& field) {
        return iequals(field.first, name);
    }));
}

}  // namespace tocsin::http
