#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::json {

/// A token that RapidJSON refuses, or that exceeds a limit, although the rest of the text should be read.
struct unsupported_token {
    enum class kind_type { lone_surrogate, number };
    kind_type kind;
    std::size_t offset;
    std::size_t size;
};

/// Finds, in order, `\uD800`-like escapes without their other half, numbers longer than `number_chars`, and
/// numbers with an exponent that no double has. The result for a text that is not JSON is meaningless, but
/// replacing its tokens does not make it JSON.
std::vector<unsupported_token> find_unsupported_tokens(std::string_view text, std::size_t number_chars);

/// Replaces a surrogate by `\ufffd` and a number by `null`, padded with spaces, so that all offsets stay the
/// same.
void replace_unsupported(std::string& text, std::vector<unsupported_token> const& tokens);

}  // namespace tocsin::json
