#include <tocsin/integrations/maintenance.hpp>
#include <tocsin/integrations/types.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace tocsin::integrations {

namespace {

constexpr db::statement delete_flows{
    "integrations_delete_outdated_flows",
    "delete from tocsin.connect_flows where expires_at < tocsin.now() - interval '1 day'"
};
constexpr db::statement delete_attempts{
    "integrations_delete_outdated_attempts",
    "delete from tocsin.refresh_attempts where started_at < tocsin.now() - $1::bigint * interval '1 millisecond'"
};
constexpr db::statement delete_unclaimed{
    "integrations_delete_outdated_unclaimed",
    "delete from tocsin.unclaimed_installations where received_at < tocsin.now() - $1::bigint * interval '1 millisecond'"
};
constexpr db::statement count_by_status{
    "integrations_count_by_status",
    "select status, count(*) as count from tocsin.integrations group by status"
};
constexpr db::statement earliest_expiry{
    "integrations_earliest_expiry",
    "select coalesce(extract(epoch from min(expires_at))::bigint, 0) as at from tocsin.credentials"
};

struct gauges {
    std::map<std::string, std::int64_t> by_status;
    std::int64_t earliest_expiry = 0;  ///< seconds since 1970
};

gauges read_gauges(db::transaction& tx) {
    gauges read;
    for (auto const each : {status::pending, status::connected, status::degraded, status::disconnected})
        read.by_status[std::string(to_string(each))] = 0;
    for (auto const row : tx.run(count_by_status))
        read.by_status[row.text("status")] = row.get<std::int64_t>("count");
    read.earliest_expiry = tx.run(earliest_expiry)[0].get<std::int64_t>("at");
    return read;
}

}  // namespace

async::task<> delete_outdated_rows(db::pool& pool, std::chrono::milliseconds retention) {
    return pool.transact(db::no_tenant, [retention](db::transaction& tx) {
        tx.run(delete_flows);
        tx.run(delete_attempts, retention);
        tx.run(delete_unclaimed, retention);
    });
}

void declare_gauges(observe::metrics& metrics) {
    metrics.declare_gauge("tocsin_integrations", "Integrations by status; counted by the scheduler.");
    metrics.declare_gauge(
        "tocsin_credential_earliest_expiry_timestamp_seconds",
        "When the first access token expires; 0 where none expires."
    );
}

async::task<> update_gauges(db::pool& pool, observe::metrics& metrics) {
    auto const now = co_await pool.transact(db::no_tenant, read_gauges);
    for (auto const& [status, count] : now.by_status)
        metrics.set("tocsin_integrations", static_cast<double>(count), {{"status", status}});
    metrics.set(
        "tocsin_credential_earliest_expiry_timestamp_seconds", static_cast<double>(now.earliest_expiry)
    );
}

}  // namespace tocsin::integrations
