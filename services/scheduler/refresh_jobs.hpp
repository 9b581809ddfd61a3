#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/integrations/refresher.hpp>

#include <chrono>

namespace tocsin::scheduler {

/// Refreshes the credentials that are due. `refresher` works on the scheduler's pool and outlives the job.
job refresh_credentials(integrations::refresher& refresher, std::chrono::milliseconds poll);

/// Repeats the reports to Sentry that an installation is complete, where they failed. `refresher` outlives
/// the job.
job confirm_installations(integrations::refresher& refresher, std::chrono::milliseconds poll);

/// Ends pending connections that were not chosen or confirmed in time. The references outlive the job.
job expire_pending(
    db::pool& pool,
    sentry::client& sentry,
    integrations::applications applications,
    crypto::vault const& vault
);

}  // namespace tocsin::scheduler
