#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::utf8 {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// A code point, or an ill-formed sequence.
struct step {
    char32_t code_point = 0;
    /// In bytes. An ill-formed sequence is a maximal subpart (Unicode, section 3.9), which one U+FFFD
    /// replaces.
    std::size_t length = 1;
    bool well_formed = false;
};

/// Reads the code point at `position`, which must be below `text.size()`.
step read(std::string_view text, std::size_t position) noexcept;

/// The number of ASCII bytes from `position` on. Checks eight bytes at a time.
std::size_t ascii_run(std::string_view text, std::size_t position) noexcept;

}  // namespace tocsin::utf8
