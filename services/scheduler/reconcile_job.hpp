#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/incidents/reconciler.hpp>

#include <chrono>

namespace tocsin::scheduler {

/// Completes reconcile requests that another process left behind or that must be retried. Runs in processes
/// that receive webhooks. `reconciler` outlives the job.
job reconcile_job(incidents::reconciler& reconciler, std::chrono::milliseconds poll);

}  // namespace tocsin::scheduler
