#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/db/pool.hpp>

#include <chrono>

namespace tocsin::scheduler {

/// Keeps daily partitions of the deliveries ready two weeks ahead, and drops those older than `retention`.
/// The pool's role is tocsin_scheduler, and it outlives the job.
job keep_delivery_partitions(db::pool& pool, std::chrono::milliseconds retention);

}  // namespace tocsin::scheduler
