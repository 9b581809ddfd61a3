#include <tocsin/base/pasted_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace tocsin {

namespace {

/// In UTF-8: the no-break space, the spaces of U+1680 and U+2000 to U+200B, line and paragraph separators,
/// the spaces of U+202F, U+205F, and U+3000, and the byte order mark.
constexpr std::array<std::string_view, 20> wide_spaces{"\u00A0", "\u1680", "\u2000", "\u2001", "\u2002",
                                                       "\u2003", "\u2004", "\u2005", "\u2006", "\u2007",
                                                       "\u2008", "\u2009", "\u200A", "\u200B", "\u2028",
                                                       "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"};

constexpr bool is_ascii_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// The size of the space with which the text starts; 0 if there is none.
std::size_t leading_space(std::string_view text) noexcept {
    if (!text.empty() && is_ascii_space(text.front())) return 1;
    for (auto const space : wide_spaces)
        if (text.starts_with(space)) return space.size();
    return 0;
}

std::size_t trailing_space(std::string_view text) noexcept {
    if (!text.empty() && is_ascii_space(text.back())) return 1;
    for (auto const space : wide_spaces)
        if (text.ends_with(space)) return space.size();
    return 0;
}

}  // namespace

std::string_view trim_pasted(std::string_view text) noexcept {
    while (auto const size = leading_space(text)) text.remove_prefix(size);
    while (auto const size = trailing_space(text)) text.remove_suffix(size);
    return text;
}

bool is_visible_ascii(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace tocsin
