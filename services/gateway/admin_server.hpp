#pragma once

#include "gateway/health.hpp"

#include <tocsin/async/task.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/http/server.hpp>
#include <tocsin/observe/metrics.hpp>

#include <chrono>

namespace tocsin::gateway {

/// The operator's side, on an address of its own: `/metrics` and health. Every process has it, in any role.
class admin_server {
public:
    admin_server(
        async::executor executor, config::endpoint listen, observe::metrics const& metrics, health& state
    );

    /// Binds, accepts, and logs the address. Throws boost::system::system_error.
    void start();
    async::task<> drain(std::chrono::milliseconds limit);

private:
    config::endpoint listen_;
    http::server server_;
};

}  // namespace tocsin::gateway
