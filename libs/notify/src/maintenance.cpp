#include "page_store.hpp"

#include <tocsin/notify/maintenance.hpp>

namespace tocsin::notify {

namespace {

constexpr db::statement delete_pages{
    "delete_outdated_pages", "delete from tocsin.pages where created_at < tocsin.now() - interval '400 days'"
};

}  // namespace

async::task<> delete_outdated_rows(db::pool& pool) {
    return pool.transact(db::no_tenant, [](db::transaction& tx) { tx.run(delete_pages); });
}

void declare_gauges(observe::metrics& metrics) {
    metrics.declare_gauge(
        "tocsin_alarm_overdue_seconds",
        "How late the oldest alarm or page is that is due; more than a few seconds means that paging is stuck."
    );
    metrics.set("tocsin_alarm_overdue_seconds", 0);
}

async::task<> update_gauges(db::pool& pool, observe::metrics& metrics) {
    auto const late = co_await pool.transact(db::no_tenant, overdue);
    metrics.set("tocsin_alarm_overdue_seconds", std::chrono::duration<double>(late).count());
}

}  // namespace tocsin::notify
