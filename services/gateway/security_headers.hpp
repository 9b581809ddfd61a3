#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::gateway {

enum class transport { plain, tls };

/// The headers of every answer, whatever it is. An answer that has one of them itself keeps its own: the
/// console's page its policy, its assets their caching.
std::vector<std::pair<std::string, std::string>> common_headers(transport public_side);

/// The policy of the console's page: its own scripts and styles, and style elements that carry `nonce`.
std::string page_policy(std::string_view nonce);

}  // namespace tocsin::gateway
