#pragma once

#include <string_view>

namespace tocsin::incidents {

/// How alike two names are: 1 for the same words, 0 for no word in common. A word counts as the same where it
/// begins the other one and has at least three letters; case and what stands between words do not count.
double likeness(std::string_view one, std::string_view other);

}  // namespace tocsin::incidents
