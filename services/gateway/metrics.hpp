#pragma once

#include <tocsin/db/pool.hpp>
#include <tocsin/http/server.hpp>
#include <tocsin/observe/metrics.hpp>

#include <string_view>
#include <vector>

namespace tocsin::gateway {

/// Declares every metric of the program. Called once, before anything counts.
void declare_metrics(observe::metrics& all, std::string_view version);

/// Counts and logs one request with its response. Successful GETs are logged at level debug, failures of the
/// server at warn, others at info.
void record_exchange(observe::metrics& all, http::exchange const& exchange);

/// Adds the connections of these pools, which outlive the last exposition of `all`.
void show_pools(observe::metrics& all, std::vector<db::pool const*> pools);

}  // namespace tocsin::gateway
