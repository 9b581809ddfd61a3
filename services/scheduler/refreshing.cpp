#include "scheduler/refreshing.hpp"

#include <tocsin/integrations/connect.hpp>

#include <memory>
#include <utility>

namespace tocsin::scheduler {

namespace {

/// As many rounds as there is work, so that a backlog does not wait for the poll; while Sentry fails for
/// everybody, one round a poll.
async::task<> renew_all(integrations::refresher& refresher) {
    while (co_await refresher.refresh_due() > 0 && !refresher.pause()) {
    }
}

async::task<> give_up(
    db::pool& pool,
    sentry::client& sentry,
    std::shared_ptr<integrations::applications const> registered,
    crypto::vault const& vault
) {
    co_await integrations::expire_pending(pool, sentry, *registered, vault);
}

}  // namespace

job renew_credentials(integrations::refresher& refresher, std::chrono::milliseconds poll) {
    return {.name = "renew_credentials", .every = poll, .run = [&refresher] { return renew_all(refresher); }};
}

job finish_installations(integrations::refresher& refresher, std::chrono::milliseconds poll) {
    return {.name = "finish_installations", .every = poll, .run = [&refresher] {
                return refresher.confirm_installations();
            }};
}

job expire_pending(
    db::pool& pool, sentry::client& sentry, integrations::applications registered, crypto::vault const& vault
) {
    auto const with = std::make_shared<integrations::applications const>(std::move(registered));
    return {
        .name = "expire_pending",
        .every = std::chrono::minutes(1),
        .run = [&pool, &sentry, with, &vault] { return give_up(pool, sentry, with, vault); }
    };
}

}  // namespace tocsin::scheduler
