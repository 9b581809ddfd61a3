#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/mail/message.hpp>
#include <tocsin/mail/server.hpp>

#include <memory>
#include <string>

namespace tocsin::mail {

/// Sends messages to a mail server, one at a time, on its own thread. Awaiting coroutines continue on their
/// own executors.
class mailer {
public:
    /// `from`: an address that `is_mailable`.
    mailer(server to, std::string from);
    /// Waits for the message in progress.
    ~mailer();
    mailer(mailer const&) = delete;
    mailer& operator=(mailer const&) = delete;

    /// Completes when the server has accepted the message, within 15 s; `id` is random. Errors: invalid for
    /// an address that is not mailable; unavailable with the reason of the server or network, or if twenty
    /// messages are waiting already.
    async::task<result<>> send(message what, std::string id);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::mail
