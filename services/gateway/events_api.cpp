#include "gateway/events_api.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/db/errors.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

/// Keeps proxies from closing a quiet stream and reveals a client that is gone. It is also how long a change
/// of rights may go unnoticed if its notification was lost.
constexpr std::chrono::seconds heartbeat{15};

/// Between attempts to check rights.
constexpr std::chrono::milliseconds first_pause{250};
constexpr std::chrono::milliseconds last_pause{2'000};

subscriber subscriber_of(request_context const& ctx) {
    auto const& who = ctx.principal;
    return {
        .organization = ctx.organization(),
        .person = who.user    ? who.user->str()
                  : who.token ? who.token->str()
                              : std::string(),
        .session = who.session_hash.empty() ? std::string() : session_name(who.session_hash)
    };
}

/// One open stream.
struct event_stream {
    std::shared_ptr<change_feed::subscription> changes;
    identity::accounts& accounts;
    request_credentials credentials;
    std::string organization;
    bool opened = false;
    std::chrono::steady_clock::time_point checked = std::chrono::steady_clock::now();

    /// A busy database is no reason to end a stream, whose client would only ask it again.
    async::task<bool> still_allowed() {
        for (auto pause = first_pause;; pause *= 2) {
            try {
                co_return co_await is_allowed();
            } catch (db::unavailable const&) {
                if (pause > last_pause) throw;
            }
            co_await async::sleep_for(pause);
        }
    }

    async::task<bool> is_allowed() {
        checked = std::chrono::steady_clock::now();
        auto const found = credentials.kind == request_credentials::kinds::token
                               ? co_await accounts.find_api_token(credentials.value, organization)
                               : co_await accounts.check_session(credentials.value, organization);
        co_return found && found->member&& identity::allows(found->member->role, identity::permission::view);
    }

    async::task<std::optional<std::string>> next_piece() {
        using wake = change_feed::subscription::wake;
        // Confirms the stream at once, and sets the delay before a reconnect.
        if (!std::exchange(opened, true)) co_return "retry: 1000\n\n";
        while (true) {
            // The end of a session sends no notification, and a busy stream has no quiet moment to check in.
            bool const is_due = std::chrono::steady_clock::now() - checked > heartbeat;
            if (is_due && !co_await still_allowed()) co_return std::nullopt;
            switch (co_await changes->next(heartbeat)) {
                case wake::ended:
                    co_return std::nullopt;
                case wake::rights:
                    if (!co_await still_allowed()) co_return std::nullopt;
                    break;
                case wake::quiet:
                    co_return ":\n\n";
                case wake::change: {
                    std::string piece;
                    while (auto const event = changes->take()) piece += *event;
                    co_return piece;
                }
            }
        }
    }
};

}  // namespace

endpoints event_endpoints(change_feed& feed, identity::accounts& accounts, session_cookie cookie) {
    auto const follow = [&feed, &accounts, cookie](request_context& ctx) -> response_task {
        auto const executor = co_await boost::asio::this_coro::executor;
        auto const last_seen = ctx.request.headers.find("Last-Event-ID").value_or("");
        auto changes = feed.subscribe(subscriber_of(ctx), last_seen, executor);
        auto const stream = std::make_shared<event_stream>(event_stream{
            .changes = std::move(changes),
            .accounts = accounts,
            .credentials = read_credentials(ctx.request, cookie),
            .organization = std::string(ctx.request.capture("org"))
        });
        http::response response;
        response.headers.set("Content-Type", "text/event-stream; charset=utf-8");
        response.headers.set("Cache-Control", "no-store");
        // A buffering proxy would delay every event.
        response.headers.set("X-Accel-Buffering", "no");
        response.next_piece = [stream] { return stream->next_piece(); };
        co_return response;
    };
    return {{http::method::get, "/api/v1/orgs/{org}/events", identity::permission::view, follow}};
}

}  // namespace tocsin::gateway
