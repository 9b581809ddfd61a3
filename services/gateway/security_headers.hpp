#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::gateway {

enum class transport { plain, tls };

/// The headers of every response. A response that sets one of them itself keeps its own value, such as the
/// policy of the console's page.
std::vector<std::pair<std::string, std::string>> common_headers(transport public_side);

/// The policy of the console's page: scripts and styles of this site, and style elements with `nonce`.
std::string page_policy(std::string_view nonce);

}  // namespace tocsin::gateway
