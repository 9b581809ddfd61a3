#include "scheduler/reconcile_job.hpp"

#include <tocsin/incidents/maintenance.hpp>

namespace tocsin::scheduler {

job reconcile_job(incidents::reconciler& reconciler, std::chrono::milliseconds poll) {
    return {.name = "reconcile", .every = poll, .run = [&reconciler] { return reconciler.run_due(); }};
}

job request_outages(db::pool& pool) {
    return {.name = "request_outages", .every = std::chrono::minutes(2), .run = [&pool] {
                return incidents::request_outages(pool);
            }};
}

}  // namespace tocsin::scheduler
