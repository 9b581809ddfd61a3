#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/observe/metrics.hpp>

#include <chrono>

namespace tocsin::integrations {

/// Deletes connect flows that expired a day ago, and refresh attempts and unclaimed installations that are
/// older than `retention`. The pool's role is tocsin_scheduler.
async::task<> delete_outdated_rows(db::pool& pool, std::chrono::milliseconds retention);

/// The gauges that are counted in the database: integrations by status, and when the first access token
/// expires.
void declare_gauges(observe::metrics& metrics);
/// The pool's role is tocsin_scheduler.
async::task<> update_gauges(db::pool& pool, observe::metrics& metrics);

}  // namespace tocsin::integrations
