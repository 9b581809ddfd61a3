#pragma once

#include "tocsin/settings.hpp"

#include <tocsin/db/pool.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tocsin::program {

db::pool_options pool_options_for(
    command_settings const& settings, std::string name, std::string role, std::size_t connections
);

/// Of all pools, and of the listener for changes.
inline constexpr int connections_per_process = 16;

/// The connection pools of `tocsin serve`. They are small and separate, so that a busy console starves
/// neither webhooks nor jobs.
struct pools {
    explicit pools(serve_settings const& settings);

    std::optional<db::pool> gateway;
    std::optional<db::pool> ingest;  ///< commits webhooks, and nothing else
    /// Has the role of `ingest`, too: for its other work.
    std::optional<db::pool> lookup;
    /// With the roles of `gateway` and `ingest`, for what anyone can cause: to look up credentials that were
    /// not valid recently, and keys of webhooks.
    std::optional<db::pool> unproven;
    std::optional<db::pool> unproven_ingest;
    std::optional<db::pool> scheduler;
    /// Has the role of `scheduler`, too: no other job delays a page.
    std::optional<db::pool> paging;
    std::optional<db::pool> checks;  ///< of the deployment: they wait where the database hangs

    /// One that this process has, for checks at start and by readiness.
    db::pool& any();
    std::vector<db::pool const*> all() const;
};

}  // namespace tocsin::program
