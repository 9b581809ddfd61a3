#include <tocsin/base/text.hpp>
#include <tocsin/mail/message.hpp>
#include <tocsin/mail/settings.hpp>

namespace tocsin::mail {

std::optional<settings> read_settings(config::reader& in) {
    secret url;
    settings read;
    auto const url_option = in.hidden(
        "TOCSIN_SMTP_URL",
        url,
        "mail server for pages and invitations, smtp://user:password@host:587 or smtps://host; without one, no person is paged by mail, and people pass invitation links on themselves"
    );
    auto const from_option = in.text("TOCSIN_MAIL_FROM", read.from, "sender address of messages");
    if (url_option.is_set() != from_option.is_set()) {
        auto const& missing = url_option.is_set() ? from_option : url_option;
        missing.reject("is missing: sending mail needs both TOCSIN_SMTP_URL and TOCSIN_MAIL_FROM");
    }
    if (from_option.is_set() && !is_mailable(read.from))
        from_option.reject(
            "\"" + printable(read.from, 80) + "\" is not an address; expected one like tocsin@example.com"
        );
    if (!url_option.is_set()) return std::nullopt;

    auto const server = parse_server(url);
    if (!server) {
        url_option.reject(server.error().detail);
        return std::nullopt;
    }
    read.server = *server;
    return read;
}

}  // namespace tocsin::mail
