#include "scheduler/retention_jobs.hpp"

#include <tocsin/grants/maintenance.hpp>
#include <tocsin/identity/retention.hpp>
#include <tocsin/incidents/maintenance.hpp>
#include <tocsin/integrations/maintenance.hpp>
#include <tocsin/notify/maintenance.hpp>

namespace tocsin::scheduler {

namespace {

async::task<> delete_all(
    db::pool& pool, incidents::retention_settings retention, identity::session_limits sessions
) {
    co_await incidents::delete_outdated_rows(pool, retention);
    co_await integrations::delete_outdated_rows(pool, retention.deliveries);
    co_await identity::delete_outdated_rows(pool, sessions);
    co_await grants::delete_outdated_rows(pool);
    co_await notify::delete_outdated_rows(pool);
}

async::task<> create_and_count(db::pool& pool, observe::metrics& metrics) {
    co_await incidents::create_delivery_partitions(pool);
    auto const days = co_await incidents::delivery_partition_days(pool);
    metrics.set("tocsin_delivery_partition_days", days);
}

}  // namespace

job create_partitions(db::pool& pool, observe::metrics& metrics) {
    metrics.declare_gauge(
        "tocsin_delivery_partition_days",
        "Days after today for which deliveries have partitions; -1: not even today."
    );
    return {.name = "create_partitions", .every = std::chrono::hours(1), .run = [&pool, &metrics] {
                return create_and_count(pool, metrics);
            }};
}

job maintain_partitions(db::pool& pool, incidents::retention_settings retention) {
    return {.name = "delivery_partitions", .every = std::chrono::hours(1), .run = [&pool, retention] {
                return incidents::maintain_delivery_partitions(pool, retention);
            }};
}

job delete_outdated_rows(
    db::pool& pool, incidents::retention_settings retention, identity::session_limits sessions
) {
    return {.name = "purge", .every = std::chrono::hours(1), .run = [&pool, retention, sessions] {
                return delete_all(pool, retention, sessions);
            }};
}

}  // namespace tocsin::scheduler
