#include "gateway/metrics.hpp"

#include <tocsin/incidents/ingest.hpp>
#include <tocsin/incidents/reconciler.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/observe/log.hpp>

#include <string>
#include <utility>

namespace tocsin::gateway {

void declare_metrics(observe::metrics& all, std::string_view version) {
    all.declare_gauge("tocsin_build_info", "Always 1. The label is the version.");
    all.set("tocsin_build_info", 1, {{"version", version}});
    all.declare_counter("tocsin_http_requests_total", "HTTP requests by route pattern, method, and status.");
    all.declare_histogram(
        "tocsin_http_request_duration_seconds",
        "Time from the first byte of a request to its response.",
        {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}
    );
    all.declare_gauge(
        "tocsin_db_pool_connections",
        "Database connections of all pools, idle or busy, and work waiting for one."
    );
    all.declare_counter(
        "tocsin_webhook_rejected_total", "Refused webhooks by reason: signature, envelope, installation."
    );
    all.declare_histogram(
        "tocsin_webhook_ack_duration_seconds",
        "Time from the complete body of a webhook to its durable acknowledgement.",
        {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1}
    );
    incidents::ingest::declare(all);
    incidents::reconciler::declare(all);
    integrations::refresher::declare(all);
    all.declare_counter(
        "tocsin_scheduler_runs_total", "Runs of scheduler jobs by job and result (done, failed)."
    );
}

void record_exchange(observe::metrics& all, http::exchange const& exchange) {
    auto const status = std::to_string(exchange.status);
    all.count(
        "tocsin_http_requests_total",
        {{"route", exchange.route}, {"method", exchange.method}, {"code", status}}
    );
    all.observe(
        "tocsin_http_request_duration_seconds",
        std::chrono::duration<double>(exchange.duration).count(),
        {{"route", exchange.route}}
    );
    using observe::level;
    bool const is_routine = exchange.method == "GET" && exchange.status < 400;
    // In an outage, all requests fail: the log limits warnings.
    observe::log(
        exchange.status >= 500 ? level::warn
        : is_routine           ? level::debug
                               : level::info,
        "request",
        {{"route", exchange.route},
         {"method", exchange.method},
         {"status", exchange.status},
         {"took_us", exchange.duration.count()},
         {"peer", exchange.peer},
         {"request_id", exchange.request_id},
         {"refusal", exchange.refusal}}
    );
}

void show_pools(observe::metrics& all, std::vector<db::pool const*> pools) {
    all.before_exposition([&all, pools = std::move(pools)] {
        db::pool_state sum;
        for (auto const* pool : pools) {
            auto const now = pool->state();
            sum.connected += now.connected;
            sum.busy += now.busy;
            sum.waiting += now.waiting;
        }
        auto const idle = sum.connected > sum.busy ? sum.connected - sum.busy : 0;
        all.set("tocsin_db_pool_connections", static_cast<double>(idle), {{"state", "idle"}});
        all.set("tocsin_db_pool_connections", static_cast<double>(sum.busy), {{"state", "busy"}});
        all.set("tocsin_db_pool_connections", static_cast<double>(sum.waiting), {{"state", "waiting"}});
    });
}

}  // namespace tocsin::gateway
