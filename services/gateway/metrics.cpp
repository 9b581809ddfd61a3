#include "gateway/metrics.hpp"

#include <tocsin/incidents/ingest.hpp>
#include <tocsin/incidents/reconciler.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/observe/log.hpp>

#include <string>
#include <utility>

namespace tocsin::gateway {

void declare_metrics(observe::metrics& all, std::string_view version) {
    all.declare_gauge("tocsin_build_info", "Always 1; its label says which version runs.");
    all.set("tocsin_build_info", 1, {{"version", version}});
    all.declare_counter(
        "tocsin_http_requests_total", "Answered HTTP requests by route pattern, method and status."
    );
    all.declare_histogram(
        "tocsin_http_request_duration_seconds",
        "Time from the first byte of a request to its answer.",
        {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}
    );
    all.declare_gauge(
        "tocsin_db_pool_connections",
        "Database connections of all pools: idle, busy; and work waiting for one."
    );
    all.declare_counter(
        "tocsin_webhook_rejected_total",
        "Webhooks that were refused, by reason: signature, envelope, installation."
    );
    all.declare_histogram(
        "tocsin_webhook_ack_duration_seconds",
        "Time from a webhook's complete body to its durable acknowledgement.",
        {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1}
    );
    incidents::ingest::declare(all);
    incidents::reconciler::declare(all);
    integrations::refresher::declare(all);
    all.declare_counter(
        "tocsin_scheduler_runs_total", "Runs of the scheduler's jobs by job and result (done, failed)."
    );
}

void record_exchange(observe::metrics& all, http::exchange const& answered) {
    auto const status = std::to_string(answered.status);
    all.count(
        "tocsin_http_requests_total",
        {{"route", answered.route}, {"method", answered.method}, {"code", status}}
    );
    all.observe(
        "tocsin_http_request_duration_seconds",
        std::chrono::duration<double>(answered.duration).count(),
        {{"route", answered.route}}
    );
    bool const quiet = answered.method == "GET" && answered.status < 400;
    observe::log(
        quiet ? observe::level::debug : observe::level::info,
        "request",
        {{"route", answered.route},
         {"method", answered.method},
         {"status", answered.status},
         {"took_us", answered.duration.count()},
         {"peer", answered.peer},
         {"request_id", answered.request_id},
         {"refusal", answered.refusal}}
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
