#pragma once

#include <string>
#include <string_view>

namespace tocsin::sandbox {

/// The gzip form (RFC 1952) of a text, stored without compression: for clients that asked for none.
std::string gzipped(std::string_view text);

}  // namespace tocsin::sandbox
