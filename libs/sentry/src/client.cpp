#include "call_gate.hpp"
#include "requests.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/sentry/client.hpp>

namespace tocsin::sentry {

namespace {

http::client_options options_of(client_settings const& settings, http::reach reach) {
    return {
        .connect_deadline = std::min<std::chrono::milliseconds>(settings.timeout, std::chrono::seconds(5)),
        .total_deadline = settings.timeout,
        .max_answer = 2u << 20,
        .user_agent = settings.user_agent,
        .ca_file = settings.ca_file,
        .max_idle_connections = 4,
        .reach = reach
    };
}

/// For a call that was not made, because its turn would not come in time.
call_failure no_turn(std::chrono::steady_clock::duration pause_left) {
    auto const pause = std::chrono::ceil<std::chrono::seconds>(pause_left);
    bool const paused = pause > std::chrono::seconds(0);
    return {
        .kind = failure_kind::rate_limited,
        .http_status = 0,
        .detail = paused ? "Sentry asked for a pause" : "too many calls to Sentry are waiting",
        .in_doubt = false,
        .retry_after = paused ? std::optional(pause) : std::nullopt
    };
}

}  // namespace

/// One host, the connections to it, and when calls may begin.
struct client::host {
    host(
        async::executor const& on,
        config::base_url const& base,
        client_settings const& settings,
        http::reach reach
    )
        : http(on, http::origin{base.https, base.host, base.port}, options_of(settings, reach)),
          gate(std::make_shared<call_gate>(
              on, call_rate(settings.max_calls, settings.calls_per_second, settings.burst)
          )) {}

    http::client http;
    std::shared_ptr<call_gate> gate;
};

client::client(async::executor on, client_settings settings, clock const& time)
    : on_(std::move(on)), settings_(std::move(settings)), time_(time) {
    host_of("");
}

client::~client() = default;

client::host& client::host_of(std::string const& region) {
    auto const to = allowed_region(settings_.sentry, region).value_or(settings_.sentry);
    auto const url = to.str();
    auto& known = hosts_[url];
    if (!known) {
        auto const reach = url == settings_.sentry.str() ? http::reach::any : http::reach::public_only;
        known = std::make_unique<host>(on_, to, settings_, reach);
    }
    return *known;
}

async::task<call_result<http::answer>> client::send(
    organization_ref const& where, http::client_request request
) {
    return send(host_of(where.region), std::move(request));
}

async::task<call_result<http::answer>> client::send(http::client_request request) {
    return send(host_of(""), std::move(request));
}

/// A success is any 2xx; everything else is a failure, sorted.
async::task<call_result<http::answer>> client::send(host& to, http::client_request request) {
    request.deadline = std::chrono::steady_clock::now() + settings_.timeout;
    auto const turn = co_await to.gate->enter(request.deadline);
    if (!turn) co_return no_turn(to.gate->pause_left());
    auto answered = co_await to.http.send(std::move(request));
    if (!answered) {
        auto const& why = answered.error();
        co_return call_failure{
            .kind = failure_kind::transient,
            .http_status = 0,
            .detail = std::string(to_string(why.kind)) + ": " + printable(why.detail, 200),
            .in_doubt = why.sent,
            .retry_after = {}
        };
    }
    if (answered->status < 200 || answered->status > 299) {
        auto const why = classify(*answered, time_.now());
        // A breath for the host, so that a stampede stops; a longer wish is for this caller alone, since
        // Sentry counts by organization and user, and nobody waits long for another organization's limit.
        constexpr std::chrono::seconds longest_breath{5};
        if (why.kind == failure_kind::rate_limited)
            to.gate->pause_for(std::min(why.retry_after.value_or(std::chrono::seconds(1)), longest_breath));
        co_return why;
    }
    co_return std::move(*answered);
}

}  // namespace tocsin::sentry
