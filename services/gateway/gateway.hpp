#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/async/task.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/http/server.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/observe/metrics.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::gateway {

struct settings {
    config::base_url public_url;
    config::endpoint listen;
    std::vector<std::string> allowed_hosts;    ///< lower case, without port
    std::vector<std::string> trusted_proxies;  ///< CIDRs
    std::string tls_certificate_file;          ///< empty: plain HTTP
    std::string tls_key_file;
};

/// The cookie that goes with a public URL.
session_cookie cookie_of(config::base_url const& public_url);

struct dependencies {
    async::executor executor;
    identity::accounts& accounts;
    observe::metrics& metrics;
    /// The API: authentication, permission and errors are the gateway's work.
    endpoints api;
    /// What is not of the API and answers for itself: health, console, webhooks, callbacks.
    std::vector<http::route> others;
};

/// The public side: turns endpoints into routes and serves them. Each request of the API goes: from our own
/// pages or no browser (unsafe methods) -> who asks -> of which organization -> may they -> the endpoint ->
/// its result as HTTP. Everything belongs to the executor's thread.
class gateway {
public:
    /// Throws std::logic_error where an endpoint's pattern and permission do not go together.
    gateway(settings with, dependencies on);
    ~gateway();
    gateway(gateway const&) = delete;
    gateway& operator=(gateway const&) = delete;

    /// Binds, accepts, and logs where; the bound port. Throws boost::system::system_error.
    std::uint16_t start();
    /// Stops accepting and completes when every request is answered (true), or after `limit`.
    async::task<bool> drain(std::chrono::milliseconds limit);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::gateway
