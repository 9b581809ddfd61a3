#pragma once

#include <tocsin/base/secret.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace tocsin::identity {

inline constexpr std::size_t password_min_chars = 12;
inline constexpr std::size_t password_max_bytes = 1024;

/// Why a new password is refused, as a sentence for the user; nothing if it is acceptable. Length counts code
/// points. There is no trimming, and there are no composition rules. NUL, ill-formed UTF-8, and the most
/// common passwords are refused, in any case and with digits or punctuation appended.
std::optional<std::string> password_problem(secret const& password);

}  // namespace tocsin::identity
