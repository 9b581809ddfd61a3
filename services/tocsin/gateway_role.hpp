#pragma once

#include "gateway/health.hpp"
#include "tocsin/pools.hpp"
#include "tocsin/settings.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/incidents/reconciler.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace tocsin::program {

/// What both roles use.
struct shared_parts {
    async::executor executor;
    observe::metrics& metrics;
    gateway::health& health;
    sentry::client& sentry;
    crypto::vault const& vault;
};

/// The role `gateway`: the routes and the libraries behind them. Belongs to the executor's thread; `parts`
/// and `pools` outlive it.
class gateway_role {
public:
    gateway_role(serve_settings const& settings, shared_parts const& parts, pools& pools);
    ~gateway_role();
    gateway_role(gateway_role const&) = delete;
    gateway_role& operator=(gateway_role const&) = delete;

    /// Binds and accepts. Throws boost::system::system_error.
    void start();
    /// From now on, each response ends its connection, so that clients and proxies move to another process.
    void end_connections() noexcept;
    /// Ends the event streams, which never end by themselves, and completes when every request is answered
    /// and reconciling has stopped (true), or after `limit`.
    async::task<bool> drain(std::chrono::milliseconds limit);
    incidents::reconciler& reconciler() noexcept;
    /// See incidents::ingest::last_failure.
    std::optional<std::chrono::steady_clock::time_point> last_ingest_failure() const noexcept;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::program
