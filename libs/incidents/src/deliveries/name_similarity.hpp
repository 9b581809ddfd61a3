#pragma once

#include <string_view>

namespace tocsin::incidents {

/// How similar two names are: 1 for the same words, 0 for no word in common. Two words are the same if one is
/// a prefix of the other and has at least three letters. Ignores case and the characters between words.
double name_similarity(std::string_view one, std::string_view other);

}  // namespace tocsin::incidents
