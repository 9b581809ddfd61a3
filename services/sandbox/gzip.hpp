#pragma once

#include <string>
#include <string_view>

namespace tocsin::sandbox {

/// A text in gzip format (RFC 1952), stored without compression.
std::string to_gzip(std::string_view text);

}  // namespace tocsin::sandbox
