#pragma once

#include <string>
#include <string_view>

namespace tocsin::identity {

/// The network that an address counts for when attempts are counted: an IPv4 address itself (also where it
/// comes mapped into IPv6), of an IPv6 address its /64, which one subscriber owns whole. Text that is no
/// address stands for itself.
std::string network_group(std::string_view address);

}  // namespace tocsin::identity
