#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::tests {

/// The route of the cases; it accepts chunked bodies of any type.
inline constexpr std::string_view chunked_path = "/webhooks/sentry";

/// Bytes that a client sends to that route.
struct chunked_case {
    std::string_view name;
    std::string bytes;
    int status;        ///< 200: accepted, 0: incomplete, else the refusal
    std::string body;  ///< if it is accepted
};

std::vector<chunked_case> const& chunked_cases();

/// A request with this body, chunk lines included.
std::string chunked_request(std::string_view body, std::string_view fields = "");
std::string chunk(std::string_view data);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace tocsin::tests
