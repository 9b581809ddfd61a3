#include "webhooks.hpp"

#include "url.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/http/client.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace tocsin::sandbox {

namespace {

constexpr std::size_t max_log_length = 100;
/// Of the response, as in Sentry's request log.
constexpr std::size_t max_logged_response = 1024;
/// From Sentry's task: Retry(times=3).
constexpr int max_attempts = 3;
constexpr auto max_awaited_delay = std::chrono::milliseconds(2'000);
constexpr char const* user_agent = "sentry/26.9.0 (https://sentry.io)";

/// Sentry does not retry after a status below 500, nor after 503 and 504.
bool should_retry(webhook_attempt const& attempt) {
    if (!attempt.failure.empty()) return true;
    return attempt.status >= 500 && attempt.status != 503 && attempt.status != 504;
}

std::vector<std::pair<std::string, std::string>> headers_of(webhook const& webhook, timestamp now) {
    crypto::hmac_sha256 mac(webhook.key);
    auto const seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    std::vector<std::pair<std::string, std::string>> out{
        {"Accept", "*/*"},
        {"Content-Type", "application/json"},
        {"Request-ID", to_hex(crypto::random_bytes(16))},
        {"Sentry-Hook-Resource", webhook.resource},
        {"Sentry-Hook-Timestamp", std::to_string(seconds)},
        {"Sentry-Hook-Signature", to_hex(mac.sign(webhook.body))},
    };
    for (auto const& [name, value] : webhook.headers) {
        std::erase_if(out, [&](auto const& header) { return iequals(header.first, name); });
        if (value) out.emplace_back(name, *value);
    }
    return out;
}

}  // namespace

void write_attempt(json::writer& out, webhook_attempt const& attempt, attempt_detail detail) {
    out.begin_object()
        .field("id", attempt.id)
        .field("at", attempt.at)
        .field("resource", attempt.resource)
        .field("action", attempt.action)
        .field("installation", attempt.installation)
        .field("url", attempt.sent.url)
        .field("attempt", attempt.number);
    if (attempt.status) {
        out.field("status", attempt.status);
    } else {
        out.field("status", nullptr);
    }
    if (!attempt.failure.empty()) out.field("trouble", attempt.failure);
    out.field("answer", attempt.response).field("took_ms", attempt.duration_ms);
    if (!attempt.hook_error.empty()) out.field("hook_error", attempt.hook_error);
    if (!attempt.hook_project.empty()) out.field("hook_project", attempt.hook_project);
    if (detail == attempt_detail::full) {
        out.name("headers").begin_object();
        for (auto const& [name, value] : attempt.headers) out.field(name, value);
        out.end_object().field("body", attempt.sent.body);
    }
    out.end_object();
}

webhook_sender::webhook_sender(async::executor executor, sentry_state const& state)
    : executor_(executor), state_(&state), group_(executor) {
    group_.on_error([](std::exception_ptr) { observe::log_error("webhook not sent"); });
}

async::task<> webhook_sender::exchange(webhook const& webhook, webhook_attempt& attempt) {
    auto const url = split_url(webhook.url);
    if (!url) {
        attempt.failure = "bad url";
        co_return;
    }
    http::client_options options;
    options.connect_deadline = options.total_deadline = state_->behavior.webhook_timeout;
    options.user_agent = user_agent;
    options.max_idle_connections = 0;
    http::client client(executor_, url->origin, options);
    http::client_request request;
    request.method = http::method::post;
    request.target = url->target;
    request.body = webhook.body;
    for (auto const& [name, value] : attempt.headers) request.headers.add(name, value);
    auto const started = std::chrono::steady_clock::now();
    auto const response = co_await client.send(std::move(request));
    attempt.duration_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started)
            .count();
    if (!response) {
        attempt.failure = std::string(http::to_string(response.error().kind));
        co_return;
    }
    attempt.status = response->status;
    attempt.response = repaired(response->body, max_logged_response);
    attempt.hook_error = std::string(response->headers.find("Sentry-Hook-Error").value_or(""));
    attempt.hook_project = std::string(response->headers.find("Sentry-Hook-Project").value_or(""));
}

async::task<webhook_attempt> webhook_sender::send_once(webhook const& webhook, int number) {
    webhook_attempt attempt;
    attempt.at = state_->now();
    attempt.resource = webhook.resource;
    attempt.action = webhook.action;
    attempt.installation = webhook.installation;
    attempt.number = number;
    attempt.sent = webhook;
    attempt.headers = headers_of(webhook, attempt.at);

    try {
        co_await exchange(webhook, attempt);
    } catch (std::invalid_argument const&) {
        attempt.failure = "unsendable";  // an invalid header or URL of the control API
    }
    attempt.id = next_id_++;
    log_.push_back(attempt);
    if (log_.size() > max_log_length) log_.pop_front();
    co_return attempt;
}

async::task<webhook_attempt> webhook_sender::send(webhook webhook, int number) {
    for (;; ++number) {
        auto attempt = co_await send_once(webhook, number);
        auto const is_repeated = webhook.is_retryable && state_->behavior.published &&
                                 number < max_attempts && should_retry(attempt);
        if (!is_repeated) co_return attempt;
        auto const delay = state_->behavior.retry_delay;
        if (delay > max_awaited_delay) {
            group_.spawn(retry_later(std::move(webhook), number + 1));
            co_return attempt;
        }
        co_await async::sleep_for(delay);
    }
}

async::task<> webhook_sender::retry_later(webhook webhook, int number) {
    co_await async::sleep_for(state_->behavior.retry_delay);
    co_await send(std::move(webhook), number);
}

void webhook_sender::post(std::vector<webhook> webhooks) {
    if (!webhooks.empty()) group_.spawn(send_in_background(std::move(webhooks)));
}

async::task<> webhook_sender::send_in_background(std::vector<webhook> webhooks) {
    co_await send_all(std::move(webhooks));
}

async::task<std::vector<webhook_attempt>> webhook_sender::send_all(std::vector<webhook> webhooks) {
    if (!state_->behavior.hold_webhooks) co_return co_await send_now(std::move(webhooks));
    std::move(webhooks.begin(), webhooks.end(), std::back_inserter(held_));
    co_return std::vector<webhook_attempt>();
}

std::vector<webhook> webhook_sender::take_held(std::size_t count) {
    auto const end = held_.begin() + static_cast<std::ptrdiff_t>(std::min(count, held_.size()));
    std::vector<webhook> out(std::make_move_iterator(held_.begin()), std::make_move_iterator(end));
    held_.erase(held_.begin(), end);
    return out;
}

async::task<std::vector<webhook_attempt>> webhook_sender::send_now(std::vector<webhook> webhooks) {
    std::vector<webhook_attempt> out;
    for (auto& webhook : webhooks) out.push_back(co_await send(std::move(webhook)));
    co_return out;
}

webhook_attempt const* webhook_sender::attempt(std::int64_t id) const {
    auto const position =
        std::find_if(log_.begin(), log_.end(), [&](webhook_attempt const& a) { return a.id == id; });
    return position == log_.end() ? nullptr : &*position;
}

async::task<> webhook_sender::end(std::chrono::milliseconds limit) {
    group_.cancel();
    co_await group_.wait_all(limit);
}

std::vector<webhook> webhooks_for(
    sentry_state& state,
    std::string const& base_url,
    organization const& org,
    project const& project,
    std::string_view resource,
    std::string_view action,
    std::function<std::string(payloads::origin const&)> const& body
) {
    auto const needs_subscription = resource == "issue" || resource == "error" || resource == "comment";
    std::vector<webhook> out;
    for (auto const& installation : state.installations) {
        if (installation.organization_id != org.id || installation.status != installation_status::installed)
            continue;
        auto const& app = state.application_of(installation);
        auto const& subscribed = app.subscriptions;
        if (app.webhook_url.empty()) continue;
        if (needs_subscription &&
            std::find(subscribed.begin(), subscribed.end(), resource) == subscribed.end())
            continue;
        out.push_back(
            {std::string(resource),
             std::string(action),
             installation.id.str(),
             app.webhook_url,
             app.client_secret,
             body({base_url, installation.id, app, org, project})}
        );
        out.back().is_retryable = !app.internal;
    }
    return out;
}

std::vector<webhook> installation_webhook(
    sentry_state& state, installation const& installation, std::string_view action, payloads::actor actor
) {
    auto const& app = state.application_of(installation);
    if (app.webhook_url.empty() || app.internal) return {};
    auto const data = payloads::installation_data(installation, app, state.organization_of(installation));
    return {
        {"installation",
         std::string(action),
         installation.id.str(),
         app.webhook_url,
         app.client_secret,
         payloads::envelope(installation.id, action, data, actor, app)}
    };
}

}  // namespace tocsin::sandbox
