#pragma once

#include <string>
#include <string_view>

namespace tocsin::identity {

/// The network (http::network_of) for which the attempts of an address are counted. A text that is not an
/// address is its own group.
std::string network_group(std::string_view address);

}  // namespace tocsin::identity
