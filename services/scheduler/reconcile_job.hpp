#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/reconciler.hpp>

#include <chrono>

namespace tocsin::scheduler {

/// Completes reconcile requests that another process left behind or that must be retried. Runs in processes
/// that receive webhooks. `reconciler` outlives the job.
job reconcile_job(incidents::reconciler& reconciler, std::chrono::milliseconds poll);

/// Requests that the issues of open outages are read. The pool's role is tocsin_scheduler; it outlives the
/// job.
job request_outages(db::pool& pool);

}  // namespace tocsin::scheduler
