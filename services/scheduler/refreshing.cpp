#include "scheduler/refreshing.hpp"

namespace tocsin::scheduler {

namespace {

/// As many rounds as there is work, so that a backlog does not wait for the poll.
async::task<> renew_all(integrations::refresher& refresher) {
    while (co_await refresher.renew_due() > 0) {
    }
}

}  // namespace

job renew_credentials(integrations::refresher& refresher, std::chrono::milliseconds poll) {
    return {.name = "renew_credentials", .every = poll, .run = [&refresher] { return renew_all(refresher); }};
}

job finish_installations(integrations::refresher& refresher, std::chrono::milliseconds poll) {
    return {.name = "finish_installations", .every = poll, .run = [&refresher] {
                return refresher.finish_installations();
            }};
}

}  // namespace tocsin::scheduler
