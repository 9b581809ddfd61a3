#include "scheduler/reconcile_job.hpp"

namespace tocsin::scheduler {

job reconcile_job(incidents::reconciler& reconciler, std::chrono::milliseconds poll) {
    return {.name = "reconcile", .every = poll, .run = [&reconciler] { return reconciler.run_due(); }};
}

}  // namespace tocsin::scheduler
