#include "tocsin/pools.hpp"

#include <utility>

namespace tocsin::program {

namespace {

/// Sentry waits one second for the response to a webhook: a statement that takes longer is abandoned, and
/// Sentry may deliver the webhook again.
db::pool_options ingest_pool_options(serve_settings const& settings) {
    auto options = pool_options_for(settings, "tocsin ingest", "tocsin_ingest", 2);
    options.queue = 256;
    options.max_wait = std::chrono::milliseconds(700);
    options.statement_timeout = std::chrono::milliseconds(700);
    options.work_deadline = std::chrono::milliseconds(2'000);
    options.only_looks_up_keys = true;
    return options;
}

/// A page that waits is better than one that is given up.
db::pool_options paging_pool_options(serve_settings const& settings) {
    auto options = pool_options_for(settings, "tocsin paging", "tocsin_scheduler", 2);
    options.max_wait = std::chrono::milliseconds(5'000);
    return options;
}

/// A database that takes longer for a check is down.
db::pool_options check_pool_options(serve_settings const& settings) {
    auto const role = settings.has(run_role::gateway) ? "tocsin_gateway" : "tocsin_scheduler";
    auto options = pool_options_for(settings, "tocsin checks", role, 1);
    options.max_wait = std::chrono::seconds(10);
    options.statement_timeout = std::chrono::milliseconds(2'000);
    options.work_deadline = std::chrono::milliseconds(3'000);
    return options;
}

}  // namespace

db::pool_options pool_options_for(
    command_settings const& settings, std::string name, std::string role, std::size_t connections
) {
    db::pool_options options;
    options.name = std::move(name);
    options.url = settings.database_url;
    options.role = std::move(role);
    options.connections = connections;
    return options;
}

pools::pools(serve_settings const& settings) {
    if (settings.has(run_role::gateway)) {
        gateway.emplace(pool_options_for(settings, "tocsin gateway", "tocsin_gateway", 4));
        ingest.emplace(ingest_pool_options(settings));
        lookup.emplace(pool_options_for(settings, "tocsin lookup", "tocsin_ingest", 1));
        unproven.emplace(pool_options_for(settings, "tocsin unproven", "tocsin_gateway", 2));
        auto keys = pool_options_for(settings, "tocsin keys", "tocsin_ingest", 1);
        // More than one lookup of each of eight peers (webhook_key_cache::lookups_per_peer).
        keys.queue = 256;
        keys.max_wait = std::chrono::milliseconds(1'000);
        unproven_ingest.emplace(std::move(keys));
    }
    if (settings.has(run_role::scheduler)) {
        scheduler.emplace(pool_options_for(settings, "tocsin scheduler", "tocsin_scheduler", 2));
        paging.emplace(paging_pool_options(settings));
    }
    checks.emplace(check_pool_options(settings));
}

db::pool& pools::any() {
    return gateway ? *gateway : scheduler.value();
}

std::vector<db::pool const*> pools::all() const {
    std::vector<db::pool const*> all;
    for (auto const* each :
         {&gateway, &ingest, &lookup, &unproven, &unproven_ingest, &scheduler, &paging, &checks})
        if (each->has_value()) all.push_back(&**each);
    return all;
}

}  // namespace tocsin::program
