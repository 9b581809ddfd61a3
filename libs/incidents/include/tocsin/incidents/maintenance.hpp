#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/settings.hpp>
#include <tocsin/observe/metrics.hpp>

namespace tocsin::incidents {

/// Creates the daily partitions of the deliveries for the next two weeks, and drops those that are older than
/// the retention. The pool's role is tocsin_scheduler.
async::task<> maintain_delivery_partitions(db::pool& pool, retention_settings settings);

/// Only creates them. The pool's role is tocsin_ingest or tocsin_scheduler.
async::task<> create_delivery_partitions(db::pool& pool);

/// The days after today for which there are partitions; -1 if there is none for today. Any role.
async::task<int> delivery_partition_days(db::pool& pool);

/// Deletes the records of applied events that are older than the deliveries. The pool's role is
/// tocsin_scheduler.
async::task<> delete_outdated_rows(db::pool& pool, retention_settings settings);

/// Requests that the issues of open outages (uptime, cron) are read from Sentry, which sends no webhook when
/// an outage ends. The reconciler repeats that until they end. The pool's role is tocsin_scheduler.
async::task<> request_outages(db::pool& pool);

/// The gauge that is counted in the database: incidents by status.
void declare_gauges(observe::metrics& metrics);
/// The pool's role is tocsin_scheduler.
async::task<> update_gauges(db::pool& pool, observe::metrics& metrics);

}  // namespace tocsin::incidents
