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

client::client(async::executor on, client_settings settings, clock const& time)
    : settings_(std::move(settings)),
      time_(time),
      http_(std::make_unique<http::client>(
          std::move(on),
          http::origin{settings_.sentry.https, settings_.sentry.host, settings_.sentry.port},
          options_of(settings_)
      )) {}

client::~client() = default;

/// A success is any 2xx; everything else is a failure, sorted.
async::task<call_result<http::answer>> client::send(http::client_request request) {
    auto answered = co_await http_->send(std::move(request));
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

async::task<call_result<http::answer>> client::send(
    organization_ref const& /*where*/, http::client_request request
) {
    return send(std::move(request));
}

}  // namespace tocsin::sentry
