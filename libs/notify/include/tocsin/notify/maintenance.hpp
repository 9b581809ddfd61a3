#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/observe/metrics.hpp>

namespace tocsin::notify {

/// Deletes pages that are older than 400 days, with their attempts.
async::task<> delete_outdated_rows(db::pool& pool);

void declare_gauges(observe::metrics& metrics);
async::task<> update_gauges(db::pool& pool, observe::metrics& metrics);

}  // namespace tocsin::notify
