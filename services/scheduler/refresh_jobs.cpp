#include "scheduler/refresh_jobs.hpp"

#include <tocsin/integrations/connect.hpp>

#include <memory>
#include <utility>

namespace tocsin::scheduler {

namespace {

/// Repeats while there is work, so that a backlog does not wait for the poll; but only one round per poll
/// while Sentry fails for all integrations.
async::task<> refresh_all(integrations::refresher& refresher) {
    while (co_await refresher.refresh_due() > 0 && !refresher.pause()) {
    }
}

async::task<> expire_all(
    db::pool& pool,
    sentry::client& sentry,
    std::shared_ptr<integrations::applications const> applications,
    crypto::vault const& vault
) {
    co_await integrations::expire_pending(pool, sentry, *applications, vault);
}

}  // namespace

job refresh_credentials(integrations::refresher& refresher, std::chrono::milliseconds poll) {
    return {.name = "renew_credentials", .every = poll, .run = [&refresher] {
                return refresh_all(refresher);
            }};
}

job confirm_installations(integrations::refresher& refresher, std::chrono::milliseconds poll) {
    return {.name = "finish_installations", .every = poll, .run = [&refresher] {
                return refresher.confirm_installations();
            }};
}

job expire_pending(
    db::pool& pool,
    sentry::client& sentry,
    integrations::applications applications,
    crypto::vault const& vault
) {
    auto const shared = std::make_shared<integrations::applications const>(std::move(applications));
    return {
        .name = "expire_pending",
        .every = std::chrono::minutes(1),
        .run = [&pool, &sentry, shared, &vault] { return expire_all(pool, sentry, shared, vault); }
    };
}

}  // namespace tocsin::scheduler
