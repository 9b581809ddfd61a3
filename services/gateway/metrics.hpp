#pragma once

#include <tocsin/db/pool.hpp>
#include <tocsin/http/server.hpp>
#include <tocsin/observe/metrics.hpp>

#include <string_view>
#include <vector>

namespace tocsin::gateway {

/// Declares every metric of the program: the one list of them. Called once, before anything counts.
void declare_metrics(observe::metrics& all, std::string_view version);

/// Counts and logs one answered request: a line for what is not a successful GET, others at level debug.
void record_exchange(observe::metrics& all, http::exchange const& answered);

/// Shows the connections of these pools, which outlive `all`'s last exposition.
void show_pools(observe::metrics& all, std::vector<db::pool const*> pools);

}  // namespace tocsin::gateway
