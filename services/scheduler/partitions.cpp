#include "scheduler/partitions.hpp"

#include <tocsin/observe/log.hpp>

#include <utility>

namespace tocsin::scheduler {

namespace {

constexpr db::statement make_partitions = {
    "scheduler_make_partitions",
    "select tocsin.make_delivery_partitions($1::integer) as count",
};
constexpr db::statement drop_partitions = {
    "scheduler_drop_partitions",
    "select tocsin.drop_delivery_partitions(make_interval(secs => $1::bigint / 1000.0)) as count",
};

constexpr int days_ahead = 14;

std::int64_t count_of(db::rows const& from) {
    return from[0].get<std::int64_t>("count");
}

async::task<> keep_partitions(db::pool& pool, std::chrono::milliseconds retention) {
    // Two transactions: dropping waits for locks that making does not need.
    auto const made = co_await pool.transact(db::no_tenant, [](db::transaction& tx) {
        return count_of(tx.run(make_partitions, days_ahead));
    });
    auto const dropped = co_await pool.transact(db::no_tenant, [retention](db::transaction& tx) {
        return count_of(tx.run(drop_partitions, std::int64_t{retention.count()}));
    });
    if (made > 0 || dropped > 0)
        observe::log_info("delivery partitions kept", {{"made", made}, {"dropped", dropped}});
}

}  // namespace

job keep_delivery_partitions(db::pool& pool, std::chrono::milliseconds retention) {
    return {"delivery_partitions", std::chrono::hours(1), [&pool, retention] {
                return keep_partitions(pool, retention);
            }};
}

}  // namespace tocsin::scheduler
