#include "scheduler/metrics_job.hpp"

#include <tocsin/incidents/maintenance.hpp>
#include <tocsin/integrations/maintenance.hpp>
#include <tocsin/notify/maintenance.hpp>

namespace tocsin::scheduler {

namespace {

async::task<> update_all(db::pool& pool, observe::metrics& metrics) {
    co_await incidents::update_gauges(pool, metrics);
    co_await integrations::update_gauges(pool, metrics);
    co_await notify::update_gauges(pool, metrics);
}

}  // namespace

job update_gauges(db::pool& pool, observe::metrics& metrics) {
    incidents::declare_gauges(metrics);
    integrations::declare_gauges(metrics);
    notify::declare_gauges(metrics);
    return {.name = "count_for_metrics", .every = std::chrono::seconds(15), .run = [&pool, &metrics] {
                return update_all(pool, metrics);
            }};
}

}  // namespace tocsin::scheduler
