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
#include <stdexcept>
#include <utility>

namespace tocsin::sandbox {

namespace {

constexpr std::size_t log_length = 100;
/// Of the receiver's answer, in Sentry's request log.
constexpr std::size_t answer_shown = 1024;
/// Sentry's task: Retry(times=3).
constexpr int attempts_in_all = 3;
constexpr auto longest_awaited_delay = std::chrono::milliseconds(2'000);
constexpr char const* user_agent = "sentry/26.9.0 (https://sentry.io)";

/// 2xx and 3xx are delivered, 4xx is never tried again; 503 and 504 are no failure that Sentry's task
/// retries.
bool worth_a_retry(delivery_record const& what) {
    if (!what.trouble.empty()) return true;
    return what.status >= 500 && what.status != 503 && what.status != 504;
}

std::vector<std::pair<std::string, std::string>> headers_of(webhook const& what, timestamp now) {
    crypto::hmac_sha256 mac(what.key);
    auto const seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    std::vector<std::pair<std::string, std::string>> out{
        {"Accept", "*/*"},
        {"Content-Type", "application/json"},
        {"Request-ID", to_hex(crypto::random_bytes(16))},
        {"Sentry-Hook-Resource", what.resource},
        {"Sentry-Hook-Timestamp", std::to_string(seconds)},
        {"Sentry-Hook-Signature", to_hex(mac.sign(what.body))},
    };
    for (auto const& [name, value] : what.headers) {
        std::erase_if(out, [&](auto const& header) { return iequals(header.first, name); });
        if (value) out.emplace_back(name, *value);
    }
    return out;
}

}  // namespace

void write_record(json::writer& out, delivery_record const& what, detail how_much) {
    out.begin_object()
        .field("id", what.number)
        .field("at", what.at)
        .field("resource", what.resource)
        .field("action", what.action)
        .field("installation", what.installation)
        .field("url", what.sent.url)
        .field("attempt", what.attempt);
    if (what.status) {
        out.field("status", what.status);
    } else {
        out.field("status", nullptr);
    }
    if (!what.trouble.empty()) out.field("trouble", what.trouble);
    out.field("answer", what.answer).field("took_ms", what.took_ms);
    if (!what.hook_error.empty()) out.field("hook_error", what.hook_error);
    if (!what.hook_project.empty()) out.field("hook_project", what.hook_project);
    if (how_much == detail::full) {
        out.name("headers").begin_object();
        for (auto const& [name, value] : what.headers) out.field(name, value);
        out.end_object().field("body", what.sent.body);
    }
    out.end_object();
}

webhook_sender::webhook_sender(async::executor on, state const& world) : on_(on), world_(&world), group_(on) {
    group_.on_error([](std::exception_ptr) { observe::log_error("webhook not sent"); });
}

async::task<> webhook_sender::exchange(webhook const& what, delivery_record& record) {
    auto const to = split_url(what.url);
    if (!to) {
        record.trouble = "bad url";
        co_return;
    }
    http::client_options options;
    options.connect_deadline = options.total_deadline = world_->set.webhook_timeout;
    options.user_agent = user_agent;
    options.max_idle_connections = 0;
    http::client client(on_, to->origin, options);
    http::client_request request;
    request.method = http::method::post;
    request.target = to->target;
    request.body = what.body;
    for (auto const& [name, value] : record.headers) request.headers.add(name, value);
    auto const started = std::chrono::steady_clock::now();
    auto const got = co_await client.send(std::move(request));
    record.took_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started)
            .count();
    if (!got) {
        record.trouble = std::string(http::to_string(got.error().kind));
        co_return;
    }
    record.status = got->status;
    record.answer = repaired(got->body, answer_shown);
    record.hook_error = std::string(got->headers.find("Sentry-Hook-Error").value_or(""));
    record.hook_project = std::string(got->headers.find("Sentry-Hook-Project").value_or(""));
}

async::task<delivery_record> webhook_sender::send_once(webhook const& what, int attempt) {
    delivery_record record;
    record.at = world_->now();
    record.resource = what.resource;
    record.action = what.action;
    record.installation = what.installation;
    record.attempt = attempt;
    record.sent = what;
    record.headers = headers_of(what, record.at);

    try {
        co_await exchange(what, record);
    } catch (std::invalid_argument const&) {
        record.trouble = "unsendable";  // a header or a URL given by hand that is none
    }
    record.number = next_number_++;
    log_.push_back(record);
    if (log_.size() > log_length) log_.pop_front();
    co_return record;
}

async::task<delivery_record> webhook_sender::send(webhook what, int attempt) {
    for (;; ++attempt) {
        auto record = co_await send_once(what, attempt);
        auto const again = what.may_be_retried && world_->set.published && attempt < attempts_in_all &&
                           worth_a_retry(record);
        if (!again) co_return record;
        auto const delay = world_->set.retry_delay;
        if (delay > longest_awaited_delay) {
            group_.spawn(retry_later(std::move(what), attempt + 1));
            co_return record;
        }
        co_await async::sleep_for(delay);
    }
}

async::task<> webhook_sender::retry_later(webhook what, int attempt) {
    co_await async::sleep_for(world_->set.retry_delay);
    co_await send(std::move(what), attempt);
}

void webhook_sender::post(std::vector<webhook> what) {
    if (!what.empty()) group_.spawn(run_all(std::move(what)));
}

async::task<> webhook_sender::run_all(std::vector<webhook> what) {
    co_await send_all(std::move(what));
}

async::task<std::vector<delivery_record>> webhook_sender::send_all(std::vector<webhook> what) {
    std::vector<delivery_record> out;
    for (auto& each : what) out.push_back(co_await send(std::move(each)));
    co_return out;
}

delivery_record const* webhook_sender::record(std::int64_t number) const {
    auto const at =
        std::find_if(log_.begin(), log_.end(), [&](delivery_record const& r) { return r.number == number; });
    return at == log_.end() ? nullptr : &*at;
}

async::task<> webhook_sender::end(std::chrono::milliseconds limit) {
    group_.cancel();
    co_await group_.wait_all(limit);
}

std::vector<webhook> webhooks_for(
    state& world,
    std::string const& base_url,
    organization const& within,
    project const& in,
    std::string_view resource,
    std::string_view action,
    std::function<std::string(payloads::scene const&)> const& body
) {
    auto const by_subscription = resource == "issue" || resource == "error" || resource == "comment";
    std::vector<webhook> out;
    for (auto const& each : world.installations) {
        if (each.organization_id != within.id || each.status != installation_status::installed) continue;
        auto const& app = world.application_of(each);
        auto const& subscribed = app.subscriptions;
        if (app.webhook_url.empty()) continue;
        if (by_subscription && std::find(subscribed.begin(), subscribed.end(), resource) == subscribed.end())
            continue;
        out.push_back(
            {std::string(resource),
             std::string(action),
             each.id.str(),
             app.webhook_url,
             app.client_secret,
             body({base_url, each.id, app, within, in})}
        );
        out.back().may_be_retried = !app.internal;
    }
    return out;
}

std::vector<webhook> installation_webhook(
    state& world, installation const& what, std::string_view action, payloads::actor by
) {
    auto const& app = world.application_of(what);
    if (app.webhook_url.empty() || app.internal) return {};
    auto const data = payloads::installation_data(what, app, world.organization_of(what));
    return {
        {"installation",
         std::string(action),
         what.id.str(),
         app.webhook_url,
         app.client_secret,
         payloads::envelope(what.id, action, data, by, app)}
    };
}

}  // namespace tocsin::sandbox
