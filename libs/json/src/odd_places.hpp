#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::json {

/// A place of a JSON text that RapidJSON would refuse, or that we do not want, although the text as a whole
/// is to be read.
struct odd_place {
    enum class kind_type { lone_surrogate, number };
    kind_type kind;
    std::size_t at;
    std::size_t size;
};

/// Finds `\uD800`-like escapes without their other half, numbers longer than `number_chars`, and numbers
/// whose exponent no double holds, in order. Of a text that is not JSON the answer means nothing, but mending
/// it never makes it JSON.
std::vector<odd_place> find_odd_places(std::string_view text, std::size_t number_chars);

/// Puts `\ufffd` for a surrogate and `null` for a number, each filled up with spaces, so that all places stay
/// where they are.
void mend(std::string& text, std::vector<odd_place> const& places);

}  // namespace tocsin::json
