#include "requests.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/sentry/client.hpp>

namespace tocsin::sentry {

namespace {

http::client_options options_of(client_settings const& settings) {
    return {
        .connect_deadline = std::min<std::chrono::milliseconds>(settings.timeout, std::chrono::seconds(5)),
        .total_deadline = settings.timeout,
        .max_answer = 2u << 20,
        .user_agent = settings.user_agent,
        .ca_file = settings.ca_file,
        .max_idle_connections = 4
    };
}

}  // namespace

/// One host and the connections to it.
struct client::host {
    host(async::executor on, config::base_url const& base, http::client_options options)
        : http(std::move(on), http::origin{base.https, base.host, base.port}, std::move(options)) {}

    http::client http;
};

client::client(async::executor on, client_settings settings, clock const& time)
    : on_(std::move(on)), settings_(std::move(settings)), time_(time) {
    host_of("");
}

client::~client() = default;

client::host& client::host_of(std::string const& region) {
    auto const to = allowed_region(settings_.sentry, region).value_or(settings_.sentry);
    auto& known = hosts_[to.str()];
    if (!known) known = std::make_unique<host>(on_, to, options_of(settings_));
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
    if (answered->status < 200 || answered->status > 299) co_return classify(*answered, time_.now());
    co_return std::move(*answered);
}

}  // namespace tocsin::sentry
