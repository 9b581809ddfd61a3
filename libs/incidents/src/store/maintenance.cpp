#include <tocsin/incidents/maintenance.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/observe/log.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace tocsin::incidents {

namespace {

constexpr int partition_days_ahead = 14;

constexpr db::statement create_partitions{
    "incidents_create_delivery_partitions", "select tocsin.make_delivery_partitions($1::integer) as count"
};
constexpr db::statement count_partition_days{
    "incidents_count_partition_days", "select tocsin.delivery_partition_days() as days"
};
constexpr db::statement drop_partitions{
    "incidents_drop_delivery_partitions",
    "select tocsin.drop_delivery_partitions(make_interval(secs => $1::bigint / 1000.0)) as count"
};
constexpr db::statement delete_applied_events{
    "incidents_delete_outdated_applied_events",
    "delete from tocsin.applied_events where applied_at < tocsin.now() - $1::bigint * interval '1 millisecond'"
};
// Integrations without a usable token cannot read.
constexpr db::statement request_open_outages{
    "request_open_outages",
    R"(insert into tocsin.reconcile_requests (organization_id, integration_id, issue_id, reason)
       select i.organization_id, i.integration_id, i.source_id, 'outage'
         from tocsin.incidents i
         join tocsin.integrations c on c.organization_id = i.organization_id and c.integration_id = i.integration_id
                                   and c.status in ('connected', 'degraded')
        where i.status <> 'resolved' and i.source_kind = 'issue' and i.category = 'outage'
           on conflict do nothing)"
};
// Counts the unresolved incidents, which are few and have an index. Numbers have no gaps, so the highest
// numbers give the total.
constexpr db::statement count_by_status{
    "incidents_count_by_status",
    R"(with unresolved as (select status, count(*) as count from tocsin.incidents where status <> 'resolved' group by status)
       select status, count from unresolved
        union all
       select 'resolved', coalesce((select sum(last_number) from tocsin.incident_counters), 0)::bigint
                          - coalesce((select sum(count) from unresolved), 0)::bigint)"
};

using counts = std::map<std::string, std::int64_t>;

counts read_counts(db::transaction& tx) {
    counts read;
    for (auto const each : {status::open, status::acknowledged, status::resolved})
        read[std::string(to_string(each))] = 0;
    for (auto const row : tx.run(count_by_status)) read[row.text("status")] = row.get<std::int64_t>("count");
    return read;
}

}  // namespace

async::task<> create_delivery_partitions(db::pool& pool) {
    auto const created = co_await pool.transact(db::no_tenant, [](db::transaction& tx) {
        return tx.run(create_partitions, partition_days_ahead)[0].get<std::int64_t>("count");
    });
    if (created > 0) observe::log_info("delivery partitions created", {{"created", created}});
}

async::task<> maintain_delivery_partitions(db::pool& pool, retention_settings settings) {
    // Two transactions: dropping waits for locks that creating does not need.
    co_await create_delivery_partitions(pool);
    auto const dropped = co_await pool.transact(db::no_tenant, [settings](db::transaction& tx) {
        return tx.run(drop_partitions, settings.deliveries)[0].get<std::int64_t>("count");
    });
    if (dropped > 0) observe::log_info("delivery partitions dropped", {{"dropped", dropped}});
}

async::task<int> delivery_partition_days(db::pool& pool) {
    return pool.transact(db::no_tenant, [](db::transaction& tx) {
        return tx.run(count_partition_days)[0].get<int>("days");
    });
}

async::task<> delete_outdated_rows(db::pool& pool, retention_settings settings) {
    return pool.transact(db::no_tenant, [settings](db::transaction& tx) {
        tx.run(delete_applied_events, settings.deliveries);
    });
}

async::task<> request_outages(db::pool& pool) {
    return pool.transact(db::no_tenant, [](db::transaction& tx) { tx.run(request_open_outages); });
}

void declare_gauges(observe::metrics& metrics) {
    metrics.declare_gauge("tocsin_incidents", "Incidents by status; counted by the scheduler.");
}

async::task<> update_gauges(db::pool& pool, observe::metrics& metrics) {
    auto const now = co_await pool.transact(db::no_tenant, read_counts);
    for (auto const& [status, count] : now)
        metrics.set("tocsin_incidents", static_cast<double>(count), {{"status", status}});
}

}  // namespace tocsin::incidents
