#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::tests {

/// Bytes that a client sends, and the decision of the framing policy about the first request in them.
struct framing_case {
    std::string_view name;
    std::string bytes;
    int status;  ///< 200: accepted, 0: incomplete, else the refusal
};

std::vector<framing_case> const& framing_cases();

}  // namespace tocsin::tests
