#include "client_impl.hpp"
#include "redaction.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/sentry/regions.hpp>
#include <tocsin/sentry/responses.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace {

http::client_options options_of(client_settings const& settings, http::reach reach) {
    return {
        .connect_deadline = std::min<std::chrono::milliseconds>(settings.timeout, std::chrono::seconds(5)),
        .total_deadline = settings.timeout,
        .max_response = 2u << 20,
        .user_agent = settings.user_agent,
        .ca_file = settings.ca_file,
        .max_idle_connections = static_cast<std::size_t>(settings.max_calls),
        .reach = reach
    };
}

/// The calls of an organization's members take a quarter at most; they wait for about as long as a call may.
call_order::limits per_organization(client_settings const& settings) {
    return {
        .running = static_cast<std::size_t>(std::max(1, settings.max_calls / 4)),
        .waiting = static_cast<std::size_t>(std::max(64, 10 * settings.calls_per_second))
    };
}

/// For a call that was not made because its turn would have come too late.
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

call_failure failure_of(http::transport_failure const& why, std::span<secret const> sent) {
    return {
        .kind = failure_kind::transient,
        .http_status = 0,
        .detail = std::string(to_string(why.kind)) + ": " + printable(redacted(why.detail, sent), 200),
        .in_doubt = why.sent,
        .retry_after = {}
    };
}

}  // namespace

client::client(async::executor executor, client_settings settings, clock const& time)
    : impl_(new impl{
          std::make_shared<impl::shared_state>(
              impl::shared_state{std::move(executor), std::move(settings), time}
          ),
          time
      }) {
    impl_->host_of("");
}

client::client(std::unique_ptr<impl> from) : impl_(std::move(from)) {}

client::~client() = default;

client client::on_behalf_of(caller who) const {
    return client(std::unique_ptr<impl>(new impl{impl_->shared, impl_->time, who}));
}

config::base_url const& client::base() const noexcept {
    return impl_->base();
}

client::impl::host::host(
    async::executor const& executor,
    config::base_url const& base,
    client_settings const& settings,
    http::reach reach
)
    : http(executor, http::origin{base.https, base.host, base.port}, options_of(settings, reach)),
      gate(std::make_shared<call_gate>(
          executor,
          call_rate(settings.max_calls, settings.calls_per_second, settings.burst),
          per_organization(settings)
      )) {}

client::impl::host& client::impl::host_of(std::string const& region) {
    auto const allowed = allowed_region(base(), region);
    auto const& region_url = allowed ? *allowed : base();
    auto const url = region_url.str();
    auto& entry = shared->hosts[url];
    if (!entry) {
        auto const reach = url == base().str() ? http::reach::any : http::reach::public_only;
        entry = std::make_unique<host>(shared->executor, region_url, shared->settings, reach);
    }
    return *entry;
}

async::task<call_result<http::client_response>> client::impl::send(
    organization_ref const& organization, secret_request request
) {
    return send(host_of(organization.region), std::move(request));
}

async::task<call_result<http::client_response>> client::impl::send(secret_request request) {
    return send(host_of(""), std::move(request));
}

async::task<call_result<http::client_response>> client::impl::send(host& target, secret_request request) {
    auto made = co_await perform(target, std::move(request));
    if (!made) co_return made.error();
    if (made->failure) co_return *made->failure;
    co_return std::move(made->response);
}

async::task<call_result<client::impl::exchange>> client::impl::perform(host& target, secret_request sent) {
    auto& request = sent.request;
    request.deadline = std::chrono::steady_clock::now() + shared->settings.timeout;
    auto const turn = co_await target.gate->enter(who, request.deadline);
    if (!turn) co_return no_turn(target.gate->pause_left(who));
    auto response = co_await target.http.send(std::move(request));
    if (!response) co_return failure_of(response.error(), sent.secrets);
    auto why = failure_in(*response, time.now(), sent.secrets);
    // So that retries do not stampede.
    if (why && why->kind == failure_kind::rate_limited)
        target.gate->pause(who, why->retry_after.value_or(std::chrono::seconds(1)));
    co_return exchange{std::move(*response), std::move(why)};
}

}  // namespace tocsin::sentry
