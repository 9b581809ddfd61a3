#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tocsin::db {

/// The text of a statement, put together at compile time in a constant:
///
///     constexpr auto find_text = "select " + names(columns) + " from tocsin.services where slug = $1";
///     constexpr db::statement find{"find_service", find_text.c_str()};
///
/// Not a std::string: with clang 16 and libstdc++ 12 that is not constexpr.
class sql_text {
public:
    constexpr sql_text() = default;
    constexpr sql_text(std::string_view text) { append(text); }
    constexpr sql_text(char const* text) : sql_text(std::string_view(text)) {}

    /// A text that is too long does not compile.
    constexpr void append(std::string_view text) {
        for (char const c : text) append(c);
    }
    constexpr void append_number(std::size_t number) {
        if (number >= 10) append_number(number / 10);
        append(static_cast<char>('0' + number % 10));
    }
    constexpr std::string_view view() const { return {chars_.data(), size_}; }
    constexpr char const* c_str() const { return chars_.data(); }
    constexpr bool empty() const { return size_ == 0; }

    friend constexpr sql_text operator+(sql_text const& left, sql_text const& right) {
        auto both = left;
        both.append(right.view());
        return both;
    }

private:
    constexpr void append(char c) {
        chars_.at(size_++) = c;
        chars_.at(size_) = 0;
    }

    static constexpr std::size_t capacity = 4096;
    std::array<char, capacity> chars_{};
    std::size_t size_ = 0;
};

}  // namespace tocsin::db
