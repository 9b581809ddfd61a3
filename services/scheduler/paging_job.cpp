#include "scheduler/paging_job.hpp"

namespace tocsin::scheduler {

job page_people(notify::engine& engine) {
    return {.name = "page_people", .every = std::chrono::seconds(1), .run = [&engine] {
                return engine.run_due();
            }};
}

}  // namespace tocsin::scheduler
