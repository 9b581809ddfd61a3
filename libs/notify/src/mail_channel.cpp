#include <tocsin/notify/mail_channel.hpp>
#include <tocsin/notify/page_text.hpp>

#include <utility>

namespace tocsin::notify {

mail_channel::mail_channel(mail::mailer* mailer, std::string public_url)
    : mailer_(mailer), public_url_(std::move(public_url)) {}

async::task<send_result> mail_channel::send(outgoing_page page) {
    if (mailer_ == nullptr)
        co_return send_result{
            .outcome = attempt_outcome::refused,
            .detail = "This deployment has no mail server: set TOCSIN_SMTP_URL and TOCSIN_MAIL_FROM."
        };
    // The same message in every attempt, so that mail programs show it once.
    auto const sent = co_await mailer_->send(mail_of(page, public_url_), "page-" + page.page.str());
    if (sent) co_return send_result{.outcome = attempt_outcome::accepted};
    co_return send_result{
        .outcome = sent.error().code == errc::invalid ? attempt_outcome::refused : attempt_outcome::failed,
        .detail = sent.error().detail
    };
}

}  // namespace tocsin::notify
