#pragma once

#include <tocsin/base/secret.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace tocsin::identity {

inline constexpr std::size_t password_min_chars = 12;
inline constexpr std::size_t password_max_bytes = 1024;

/// Why a new password is refused, as a sentence for the person who chose it; nothing where it is fine. Length
/// is counted in code points, every character counts as it is: no trimming, no composition rules. NUL and
/// ill-formed UTF-8 are refused, and so are the commonest passwords, whatever their case and the digits and
/// signs hung on at the end.
std::optional<std::string> password_problem(secret const& password);

}  // namespace tocsin::identity
