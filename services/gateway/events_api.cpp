#include "gateway/events_api.hpp"

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

/// A sign of life for proxies and for finding out who has gone, and how long a change of rights may go
/// unheard where its message was lost.
constexpr std::chrono::seconds heartbeat{15};

struct follower {
    std::shared_ptr<change_feed::subscription> changes;
    identity::accounts& accounts;
    presented credentials;
    std::string organization;
    bool greeted = false;
    std::chrono::steady_clock::time_point checked = std::chrono::steady_clock::now();

    async::task<bool> may_still_see() {
        checked = std::chrono::steady_clock::now();
        auto const found = credentials.what == presented::kind::token
                               ? co_await accounts.find_api_token(credentials.value, organization)
                               : co_await accounts.find_session(credentials.value, organization);
        co_return found && found->member&& identity::allows(found->member->role, identity::permission::view);
    }

    async::task<std::optional<std::string>> next_piece() {
        using why = change_feed::subscription::why;
        // The browser is told at once that it follows, and how soon to come back.
        if (!std::exchange(greeted, true)) co_return "retry: 1000\n\n";
        while (true) {
            // A session that runs out is told to nobody, and a busy stream is never quiet.
            bool const is_late = std::chrono::steady_clock::now() - checked > heartbeat;
            if (is_late && !co_await may_still_see()) co_return std::nullopt;
            switch (co_await changes->next(heartbeat)) {
                case why::ended:
                    co_return std::nullopt;
                case why::rights:
                    if (!co_await may_still_see()) co_return std::nullopt;
                    break;
                case why::quiet:
                    co_return ":\n\n";
                case why::change: {
                    std::string piece;
                    while (auto const one = changes->take()) piece += *one;
                    co_return piece;
                }
            }
        }
    }
};

}  // namespace

endpoints event_endpoints(change_feed& feed, identity::accounts& accounts, session_cookie cookie) {
    auto const follow = [&feed, &accounts, cookie](call& by) -> async::task<result<http::response>> {
        auto const on = co_await boost::asio::this_coro::executor;
        auto const last_seen = by.request.headers.find("Last-Event-ID").value_or("");
        auto const reader = std::make_shared<follower>(follower{
            .changes = feed.subscribe(by.organization(), last_seen, on),
            .accounts = accounts,
            .credentials = read_credentials(by.request, cookie),
            .organization = std::string(by.capture("org"))
        });
        http::response answer;
        answer.headers.set("Content-Type", "text/event-stream; charset=utf-8");
        answer.headers.set("Cache-Control", "no-store");
        // A proxy that gathers the answer would hold every event back.
        answer.headers.set("X-Accel-Buffering", "no");
        answer.next_piece = [reader] { return reader->next_piece(); };
        co_return answer;
    };
    return {{http::method::get, "/api/v1/orgs/{org}/events", identity::permission::view, follow}};
}

}  // namespace tocsin::gateway
