#pragma once

#include <string>
#include <string_view>

namespace tocsin::identity {

/// The network (http::network_of) that an address counts for when attempts are counted. Text that is no
/// address stands for itself.
std::string network_group(std::string_view address);

}  // namespace tocsin::identity
