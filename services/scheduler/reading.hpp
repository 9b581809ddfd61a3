#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/incidents/read_back.hpp>

#include <chrono>

namespace tocsin::scheduler {

/// Settles doubts that another process left behind, or that are to be tried again. Runs where webhooks are
/// taken; `reading` outlives the job.
job settle_doubts(incidents::read_back& reading, std::chrono::milliseconds poll);

}  // namespace tocsin::scheduler
