#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/mail/message.hpp>
#include <tocsin/mail/server.hpp>

#include <memory>
#include <string>

namespace tocsin::mail {

/// Hands messages to a mail server, one at a time, on a thread of its own; awaiting coroutines continue on
/// their own executor.
class mailer {
public:
    /// `from`: an address that `is_mailable`.
    mailer(server to, std::string from);
    /// Waits for the message that is on its way.
    ~mailer();
    mailer(mailer const&) = delete;
    mailer& operator=(mailer const&) = delete;

    /// Completes when the server has taken the message, within 15 s; `id` is random. errc::invalid for an
    /// address that cannot be mailed; unavailable with the server's or the network's reason, or where twenty
    /// wait already.
    async::task<result<>> send(message what, std::string id);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::mail
