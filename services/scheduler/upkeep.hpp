#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/db/pool.hpp>
#include <tocsin/observe/metrics.hpp>

#include <chrono>

namespace tocsin::scheduler {

/// How long things are kept that are not kept for ever.
struct retention {
    std::chrono::milliseconds
        deliveries;  ///< also of what recognizes their duplicates, and of refresh attempts
    std::chrono::milliseconds session_idle;
    std::chrono::milliseconds session_max;
};

/// Deletes what is older: applied events, refresh attempts, ended sessions, used and expired connect flows,
/// unclaimed installations. The pool's role is tocsin_scheduler, and it outlives the job.
job purge(db::pool& pool, retention keep);

/// Sets the gauges that are counted in the database: incidents and integrations by status, and the earliest
/// expiry of a credential.
job count_for_metrics(db::pool& pool, observe::metrics& metrics);
void declare_counted_metrics(observe::metrics& metrics);

}  // namespace tocsin::scheduler
