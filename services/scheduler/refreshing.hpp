#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/integrations/refresh.hpp>

#include <chrono>

namespace tocsin::scheduler {

/// Renews the credentials that are due, round after round. `refresher` works on the scheduler's pool and
/// outlives the job.
job renew_credentials(integrations::refresher& refresher, std::chrono::milliseconds poll);

/// Tells Sentry again where telling that an installation is complete failed.
job finish_installations(integrations::refresher& refresher, std::chrono::milliseconds poll);

/// Gives up what nobody chose or confirmed in time.
job expire_pending(db::pool& pool);

}  // namespace tocsin::scheduler
