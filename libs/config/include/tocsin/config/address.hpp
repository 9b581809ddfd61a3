#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::config {

/// An address to listen on or to connect to: `host:port`, IPv6 in brackets. A server with port 0 takes a free
/// port.
struct endpoint {
    std::string host;  ///< without brackets
    std::uint16_t port = 0;
    std::string str() const;
};

/// An absolute http or https URL without user, query, and fragment.
struct base_url {
    bool https = false;
    std::string host;            ///< lower case, without brackets
    std::uint16_t port = 0;      ///< the scheme's default port where the text has none
    std::string path;            ///< without trailing slash; empty for the root
    std::string str() const;     ///< canonical, without trailing slash
    std::string origin() const;  ///< scheme://host[:port]
};

std::optional<endpoint> parse_endpoint(std::string_view text);
std::optional<base_url> parse_base_url(std::string_view text);

}  // namespace tocsin::config
