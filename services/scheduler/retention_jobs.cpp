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

}  // namespace

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
