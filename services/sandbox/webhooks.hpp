#pragma once

#include "model.hpp"
#include "payloads.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/json/writer.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::sandbox {

/// A webhook to send: the bytes, their destination, and the key that signs them.
struct webhook {
    std::string resource;
    std::string action;
    std::string installation;  ///< for the log
    std::string url;
    secret key;
    std::string body;
    /// Replace Sentry's headers; without a value, the header is omitted.
    std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
    bool is_retryable = true;  ///< false for an internal integration
};

/// An attempt to send a webhook, as in Sentry's request log.
struct webhook_attempt {
    std::int64_t id = 0;
    timestamp at;
    std::string resource;
    std::string action;
    std::string installation;
    int number = 1;            ///< of the attempt, from 1
    int status = 0;            ///< 0: no response
    std::string failure;       ///< timeout, closed, ...; empty after a response
    std::string response;      ///< the first 1024 characters
    std::string hook_error;    ///< the response's Sentry-Hook-Error
    std::string hook_project;  ///< the response's Sentry-Hook-Project
    std::int64_t duration_ms = 0;
    webhook sent;                                              ///< for sending it again
    std::vector<std::pair<std::string, std::string>> headers;  ///< as sent
};

/// `full`: with `headers` and `body`.
enum class attempt_detail { brief, full };
void write_attempt(json::writer& out, webhook_attempt const& attempt, attempt_detail detail);

/// Sends webhooks as Sentry does: signed, with a timeout of one second, without redirects, and with retries
/// only for published apps. Must be used on the executor's thread, and must outlive its tasks (see `end`).
class webhook_sender {
public:
    webhook_sender(async::executor executor, sentry_state const& state);

    /// Sends and returns the last attempt. Waits for retries with a delay of at most two seconds; other
    /// retries run in the background.
    async::task<webhook_attempt> send(webhook webhook, int number = 1);
    /// Without retries.
    async::task<webhook_attempt> send_once(webhook const& webhook, int number = 1);
    /// Sends in order, in the background. As `send_all`, only holds webhooks while the settings say so.
    void post(std::vector<webhook> webhooks);
    async::task<std::vector<webhook_attempt>> send_all(std::vector<webhook> webhooks);

    /// The webhooks that wait, oldest first.
    std::deque<webhook> const& held() const noexcept { return held_; }
    /// The first `count` webhooks that wait are taken out of the queue.
    std::vector<webhook> take_held(std::size_t count);
    /// Sends them even while others are held.
    async::task<std::vector<webhook_attempt>> send_now(std::vector<webhook> webhooks);

    /// The last 100 attempts, oldest first.
    std::deque<webhook_attempt> const& log() const noexcept { return log_; }
    webhook_attempt const* attempt(std::int64_t id) const;
    async::task<> end(std::chrono::milliseconds limit);

private:
    async::task<> exchange(webhook const& webhook, webhook_attempt& attempt);
    async::task<> send_in_background(std::vector<webhook> webhooks);
    async::task<> retry_later(webhook webhook, int number);

    async::executor executor_;
    sentry_state const* state_;
    std::deque<webhook_attempt> log_;
    std::deque<webhook> held_;
    std::int64_t next_id_ = 1;
    async::task_group group_;
};

/// The webhooks about a change in `org`: one for each installed installation that is subscribed to it.
std::vector<webhook> webhooks_for(
    sentry_state& state,
    std::string const& base_url,
    organization const& org,
    project const& project,
    std::string_view resource,
    std::string_view action,
    std::function<std::string(payloads::origin const&)> const& body
);

/// `installation.created` or `.deleted`, also sent while pending. Nothing if the app is internal or has no
/// webhook URL.
std::vector<webhook> installation_webhook(
    sentry_state& state, installation const& installation, std::string_view action, payloads::actor actor
);

}  // namespace tocsin::sandbox
