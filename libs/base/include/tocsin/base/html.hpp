#pragma once

#include <string>
#include <string_view>

namespace tocsin {

/// The text with character references for `&`, `<`, `>`, and both quotes: for the content of an element or a
/// quoted attribute.
std::string html_escaped(std::string_view text);

}  // namespace tocsin
