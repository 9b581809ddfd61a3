#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/db/pool.hpp>
#include <tocsin/observe/metrics.hpp>

namespace tocsin::scheduler {

/// Declares the gauges that are counted in the database and updates them. The pool's role is
/// tocsin_scheduler; pool and metrics outlive the job.
job update_gauges(db::pool& pool, observe::metrics& metrics);

}  // namespace tocsin::scheduler
