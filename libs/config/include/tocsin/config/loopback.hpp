#pragma once

#include <string_view>

namespace tocsin::config {

/// A name or address of this machine itself, without port and brackets. Needs no TLS, and browsers trust it.
inline bool is_loopback(std::string_view host) noexcept {
    return host == "localhost" || host == "127.0.0.1" || host == "::1" || host.ends_with(".localhost");
}

}  // namespace tocsin::config
