#pragma once

#include "scheduler/scheduler.hpp"

#include <tocsin/db/pool.hpp>
#include <tocsin/identity/settings.hpp>
#include <tocsin/incidents/settings.hpp>

namespace tocsin::scheduler {

/// Creates the partitions of the deliveries in advance and drops old ones. The pool's role is
/// tocsin_scheduler; the pool outlives the job.
job maintain_partitions(db::pool& pool, incidents::retention_settings retention);

/// Creates partitions and counts for how many days they last, in a gateway without a scheduler, too. The
/// pool's role is tocsin_ingest.
job create_partitions(db::pool& pool, observe::metrics& metrics);

/// Deletes rows that are older than their retention. The pool's role is tocsin_scheduler; the pool outlives
/// the job.
job delete_outdated_rows(
    db::pool& pool, incidents::retention_settings retention, identity::session_limits sessions
);

}  // namespace tocsin::scheduler
