#pragma once

#include <string_view>

namespace tocsin {

/// Without the spaces and line ends that copying leaves around a token, a secret, or a slug: those of ASCII
/// and of Unicode, a byte order mark, and zero-width spaces. The console removes the same.
std::string_view trim_pasted(std::string_view text) noexcept;

/// True for text without spaces that can be the value of a header: visible ASCII characters only.
bool is_visible_ascii(std::string_view text) noexcept;

}  // namespace tocsin
