#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::utf8 {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// One step through a text.
struct step {
    char32_t code_point = 0;
    /// Bytes to pass over. Of an ill-formed sequence its maximal subpart (Unicode, section 3.9): one U+FFFD
    /// stands for it.
    std::size_t length = 1;
    bool well_formed = false;
};

/// Reads the code point at `at`, which must be below `text.size()`.
step read(std::string_view text, std::size_t at) noexcept;

/// The count of ASCII bytes from `at` on, found eight at a time.
std::size_t ascii_run(std::string_view text, std::size_t at) noexcept;

}  // namespace tocsin::utf8
