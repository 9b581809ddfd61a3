#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/notify/engine.hpp>

namespace tocsin::scheduler {

/// Advances alarms and sends pages, also when no notification says that some are due. `engine` outlives the
/// job.
job page_people(notify::engine& engine);

}  // namespace tocsin::scheduler
