#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/integrations/refresher.hpp>

#include <chrono>

namespace tocsin::scheduler {

/// Renews the credentials that are due, round after round. `refresher` works on the scheduler's pool and
/// outlives the job.
job renew_credentials(integrations::refresher& refresher, std::chrono::milliseconds poll);

/// Tells Sentry again where telling that an installation is complete failed.
job finish_installations(integrations::refresher& refresher, std::chrono::milliseconds poll);

/// Gives up what nobody chose or confirmed in time. All of these outlive the job.
job expire_pending(
    db::pool& pool, sentry::client& sentry, integrations::applications registered, crypto::vault const& vault
);

}  // namespace tocsin::scheduler
