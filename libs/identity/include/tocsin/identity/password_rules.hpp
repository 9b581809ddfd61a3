#pragma once

#include <tocsin/base/secret.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::identity {

inline constexpr std::size_t password_min_chars = 12;
inline constexpr std::size_t password_max_bytes = 1024;

/// Why a new password is refused, as a sentence for the user; nothing if it is acceptable. Length counts code
/// points. There is no trimming, and there are no composition rules. NUL, ill-formed UTF-8, and passwords
/// that are easy to guess are refused: those of few common words, sequences, repetitions, and years, also
/// where digits and signs stand for letters. `about`: names and addresses of the person and the organization,
/// which are as easy as common words.
std::optional<std::string> password_problem(
    secret const& password, std::vector<std::string> const& about = {}
);

}  // namespace tocsin::identity
