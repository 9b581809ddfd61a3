#pragma once

#include <tocsin/mail/mailer.hpp>
#include <tocsin/notify/channel.hpp>

#include <string>

namespace tocsin::notify {

/// Pages by e-mail. `mailer` outlives it; null: the deployment has no mail server, and every page is refused.
class mail_channel final : public channel {
public:
    mail_channel(mail::mailer* mailer, std::string public_url);
    async::task<send_result> send(outgoing_page page) override;

private:
    mail::mailer* mailer_;
    std::string public_url_;
};

}  // namespace tocsin::notify
