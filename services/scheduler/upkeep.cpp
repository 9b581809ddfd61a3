#include "scheduler/upkeep.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace tocsin::scheduler {

namespace {

constexpr db::statement purge_events{
    "purge_applied_events",
    "delete from tocsin.applied_events where applied_at < tocsin.now() - $1::bigint * interval '1 "
    "millisecond'"
};
constexpr db::statement purge_attempts{
    "purge_refresh_attempts",
    "delete from tocsin.refresh_attempts where started_at < tocsin.now() - $1::bigint * interval '1 "
    "millisecond'"
};
constexpr db::statement purge_sessions{
    "purge_sessions",
    R"(delete from tocsin.sessions
        where last_seen_at < tocsin.now() - $1::bigint * interval '1 millisecond'
           or created_at < tocsin.now() - $2::bigint * interval '1 millisecond')"
};
constexpr db::statement purge_counted_attempts{
    "purge_counted_attempts", "delete from tocsin.attempts where last_at < tocsin.now() - interval '1 day'"
};
constexpr db::statement purge_devices{
    "purge_known_devices",
    "delete from tocsin.known_devices where last_used_at < tocsin.now() - interval '400 days'"
};
constexpr db::statement purge_resets{
    "purge_password_resets",
    "delete from tocsin.password_resets where expires_at < tocsin.now() - interval '1 day'"
};
constexpr db::statement purge_flows{
    "purge_connect_flows",
    "delete from tocsin.connect_flows where expires_at < tocsin.now() - interval '1 day'"
};
constexpr db::statement purge_unclaimed{
    "purge_unclaimed_installations",
    "delete from tocsin.unclaimed_installations where received_at < tocsin.now() - $1::bigint * interval '1 "
    "millisecond'"
};

// Only those that are not resolved are counted, by a small index: numbers have no gaps, so the rest is the
// great majority.
constexpr db::statement count_incidents{
    "count_incidents",
    R"(with unresolved as (select status, count(*) as found from tocsin.incidents where status <> 'resolved' group by status)
       select status, found from unresolved
        union all
       select 'resolved', coalesce((select sum(last_number) from tocsin.incident_counters), 0)::bigint
                          - coalesce((select sum(found) from unresolved), 0)::bigint)"
};
constexpr db::statement count_integrations{
    "count_integrations", "select status, count(*) as found from tocsin.integrations group by status"
};
constexpr db::statement earliest_expiry{
    "earliest_expiry",
    "select coalesce(extract(epoch from min(expires_at))::bigint, 0) as at from tocsin.credentials"
};

async::task<> purge_all(db::pool& pool, retention keep) {
    return pool.transact(db::no_tenant, [keep](db::transaction& tx) {
        tx.run(purge_events, keep.deliveries);
        tx.run(purge_attempts, keep.deliveries);
        tx.run(purge_sessions, keep.session_idle, keep.session_max);
        tx.run(purge_counted_attempts);
        tx.run(purge_devices);
        tx.run(purge_resets);
        tx.run(purge_flows);
        tx.run(purge_unclaimed, keep.deliveries);
    });
}

struct counted {
    std::map<std::string, std::int64_t> incidents{{"open", 0}, {"acknowledged", 0}, {"resolved", 0}};
    std::map<std::string, std::int64_t> integrations{
        {"pending", 0}, {"connected", 0}, {"degraded", 0}, {"disconnected", 0}
    };
    std::int64_t earliest_expiry = 0;
};

async::task<> count_all(db::pool& pool, observe::metrics& metrics) {
    auto const now = co_await pool.transact(db::no_tenant, [](db::transaction& tx) {
        counted found;
        for (auto const row : tx.run(count_incidents))
            found.incidents[row.text("status")] = row.get<std::int64_t>("found");
        for (auto const row : tx.run(count_integrations))
            found.integrations[row.text("status")] = row.get<std::int64_t>("found");
        found.earliest_expiry = tx.run(earliest_expiry)[0].get<std::int64_t>("at");
        return found;
    });
    for (auto const& [status, count] : now.incidents)
        metrics.set("tocsin_incidents", static_cast<double>(count), {{"status", status}});
    for (auto const& [status, count] : now.integrations)
        metrics.set("tocsin_integrations", static_cast<double>(count), {{"status", status}});
    metrics.set(
        "tocsin_credential_earliest_expiry_timestamp_seconds", static_cast<double>(now.earliest_expiry)
    );
}

}  // namespace

job purge(db::pool& pool, retention keep) {
    return {.name = "purge", .every = std::chrono::hours(1), .run = [&pool, keep] {
                return purge_all(pool, keep);
            }};
}

job count_for_metrics(db::pool& pool, observe::metrics& metrics) {
    return {.name = "count_for_metrics", .every = std::chrono::seconds(15), .run = [&pool, &metrics] {
                return count_all(pool, metrics);
            }};
}

void declare_counted_metrics(observe::metrics& metrics) {
    metrics.declare_gauge("tocsin_incidents", "Incidents by status; counted by the scheduler.");
    metrics.declare_gauge("tocsin_integrations", "Integrations by status; counted by the scheduler.");
    metrics.declare_gauge(
        "tocsin_credential_earliest_expiry_timestamp_seconds",
        "When the first of all access tokens expires; 0 where none does."
    );
}

}  // namespace tocsin::scheduler
