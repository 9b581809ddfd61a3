#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"
#include "gateway/settings.hpp"

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

/// The cookie for a public URL.
session_cookie cookie_of(config::base_url const& public_url);

struct dependencies {
    async::executor executor;
    identity::accounts& accounts;
    /// The same on a pool of its own, for credentials that were not valid recently.
    identity::accounts& unproven_accounts;
    observe::metrics& metrics;
    /// The gateway adds authentication, permissions, and error responses.
    endpoints api;
    /// Routes outside the API, which handle all of that themselves: health, console, webhooks, callback.
    std::vector<http::route> others;
};

/// The public side: turns endpoints into routes and serves them. A request of the API passes these steps:
/// origin (for unsafe methods), authentication, organization, permission, endpoint, result as HTTP.
/// Everything belongs to the executor's thread.
class gateway {
public:
    /// Throws std::logic_error if the pattern and the permission of an endpoint contradict each other.
    gateway(settings options, dependencies parts);
    ~gateway();
    gateway(gateway const&) = delete;
    gateway& operator=(gateway const&) = delete;

    /// Binds, accepts, and logs the address. Returns the bound port. Throws boost::system::system_error.
    std::uint16_t start();
    /// Stops accepting. Completes when every request has its response (true), or after `limit` (false).
    async::task<bool> drain(std::chrono::milliseconds limit);
    /// From now on, each response ends its connection.
    void end_connections() noexcept;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::gateway
