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

/// One webhook on its way: the bytes, where they go and whose key signs them.
struct webhook {
    std::string resource;
    std::string action;
    std::string installation;  ///< for the log
    std::string url;
    secret key;
    std::string body;
    /// Set over Sentry's own headers; nothing as a value takes the header away.
    std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
    bool may_be_retried = true;  ///< never for an internal integration
};

/// One attempt to deliver, as Sentry's request log keeps it.
struct delivery_record {
    std::int64_t number = 0;
    timestamp at;
    std::string resource;
    std::string action;
    std::string installation;
    int attempt = 1;
    int status = 0;            ///< 0: no answer came
    std::string trouble;       ///< timeout, closed, ...; empty where an answer came
    std::string answer;        ///< the first 1024 characters
    std::string hook_error;    ///< the answer's Sentry-Hook-Error
    std::string hook_project;  ///< the answer's Sentry-Hook-Project
    std::int64_t took_ms = 0;
    webhook sent;                                              ///< what it takes to send the same again
    std::vector<std::pair<std::string, std::string>> headers;  ///< as sent
};

/// `{"id","at","resource",...}`; with `body` and `headers` where asked for.
enum class detail { brief, full };
void write_record(json::writer& out, delivery_record const& what, detail how_much);

/// Delivers webhooks as Sentry does: signed, one second, no redirects, retried for published apps only.
/// Belongs to the executor's thread; must outlive what it sends (`end` waits for that).
class webhook_sender {
public:
    webhook_sender(async::executor on, state const& world);

    /// Delivers and answers with the last attempt. Retries whose delay is at most two seconds are waited for;
    /// later ones happen on their own.
    async::task<delivery_record> send(webhook what, int attempt = 1);
    /// A single attempt, never repeated.
    async::task<delivery_record> send_once(webhook const& what, int attempt = 1);
    /// Delivers one after another, without anybody waiting.
    void post(std::vector<webhook> what);
    async::task<std::vector<delivery_record>> send_all(std::vector<webhook> what);

    /// The last hundred attempts, the oldest first.
    std::deque<delivery_record> const& log() const noexcept { return log_; }
    delivery_record const* record(std::int64_t number) const;
    async::task<> end(std::chrono::milliseconds limit);

private:
    async::task<> exchange(webhook const& what, delivery_record& record);
    async::task<> run_all(std::vector<webhook> what);
    async::task<> retry_later(webhook what, int attempt);

    async::executor on_;
    state const* world_;
    std::deque<delivery_record> log_;
    std::int64_t next_number_ = 1;
    async::task_group group_;
};

/// The webhooks of something that happened in `within`: one for each installed installation that is to hear
/// of it.
std::vector<webhook> webhooks_for(
    state& world,
    std::string const& base_url,
    organization const& within,
    project const& in,
    std::string_view resource,
    std::string_view action,
    std::function<std::string(payloads::scene const&)> const& body
);

/// `installation.created` or `.deleted`: sent while pending, too. Nothing where the app is internal
/// or has no webhook URL.
std::vector<webhook> installation_webhook(
    state& world, installation const& what, std::string_view action, payloads::actor by
);

}  // namespace tocsin::sandbox
