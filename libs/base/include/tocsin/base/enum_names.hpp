#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin {

/// The names of an enum's values in the API and in the database. One table is used for writing and reading.
template <class Enum, std::size_t N>
using enum_names = std::array<std::pair<Enum, std::string_view>, N>;

/// "unknown" for a value that is missing in the table, which is a bug.
template <class Enum, std::size_t N>
constexpr std::string_view name_of(enum_names<Enum, N> const& all, Enum wanted) noexcept {
    for (auto const& [value, name] : all)
        if (value == wanted) return name;
    return "unknown";
}

template <class Enum, std::size_t N>
constexpr std::optional<Enum> value_of(enum_names<Enum, N> const& all, std::string_view wanted) noexcept {
    for (auto const& [value, name] : all)
        if (name == wanted) return value;
    return std::nullopt;
}

template <class Enum, std::size_t N>
constexpr std::array<std::string_view, N> all_names(enum_names<Enum, N> const& all) noexcept {
    std::array<std::string_view, N> names;
    for (std::size_t i = 0; i < N; ++i) names[i] = all[i].second;
    return names;
}

/// For a value from the database. Throws std::logic_error if it is not a known one.
template <class Enum>
Enum known(std::optional<Enum> parsed, char const* column) {
    if (!parsed) throw std::logic_error(std::string("the database contains an unknown ") + column);
    return *parsed;
}

}  // namespace tocsin
