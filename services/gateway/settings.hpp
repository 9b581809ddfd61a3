#pragma once

#include <tocsin/config/options.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::gateway {

/// A public URL for sessions and tokens: https, except on loopback hosts, and without a path.
config::base_url read_public_url(config::reader& in);

struct settings {
    config::base_url public_url;
    config::endpoint listen{"0.0.0.0", 8080};
    config::endpoint admin_listen{"127.0.0.1", 9090};
    std::string tls_certificate_file;  ///< empty: plain HTTP
    std::string tls_key_file;
    std::vector<std::string> allowed_hosts;    ///< lower case, without port
    std::vector<std::string> trusted_proxies;  ///< CIDRs
    std::string console_directory;             ///< empty: where a build or an installation puts the console
    std::uint64_t webhook_max_body = 5 << 20;
    std::chrono::milliseconds drain_delay{3'000};  ///< between SIGTERM and the end of accepting

    void read(config::reader& in);
};

}  // namespace tocsin::gateway
