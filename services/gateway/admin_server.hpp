#pragma once

#include "gateway/health.hpp"

#include <tocsin/async/task.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/http/server.hpp>
#include <tocsin/observe/metrics.hpp>

#include <chrono>

namespace tocsin::gateway {

/// The operators' side, on an address of its own: `/metrics`, and health once more. Every process has one,
/// whatever its roles.
class admin_server {
public:
    admin_server(async::executor on, config::endpoint listen, observe::metrics const& metrics, health& state);

    /// Binds, accepts, and logs where. Throws boost::system::system_error.
    void start();
    async::task<> drain(std::chrono::milliseconds limit);

private:
    config::endpoint listen_;
    http::server server_;
};

}  // namespace tocsin::gateway
