#include <tocsin/mail/server.hpp>

#include <boost/url/parse.hpp>

namespace tocsin::mail {

namespace {

bool is_loopback(std::string const& host) noexcept {
    return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

error unreadable() {
    return {
        errc::invalid,
        "is not a mail server; expected smtp://user:password@mail.example.com:587 or smtps://..."
    };
}

}  // namespace

result<server> parse_server(secret const& url) {
    auto const parsed = boost::urls::parse_uri(url.reveal());
    if (!parsed) return unreadable();
    auto const& parts = *parsed;
    bool const is_tls = parts.scheme() == "smtps";
    bool const plain_path = parts.encoded_path().empty() || parts.encoded_path() == "/";
    if ((!is_tls && parts.scheme() != "smtp") || parts.encoded_host().empty() || !plain_path ||
        parts.has_query() || parts.has_fragment())
        return unreadable();
    server read;
    read.host = parts.host_type() == boost::urls::host_type::ipv6
                    ? std::string(parts.host_ipv6_address().to_string())
                    : std::string(parts.host());
    read.protection = is_tls                   ? protection::tls
                      : is_loopback(read.host) ? protection::none
                                               : protection::starttls;
    read.port = is_tls ? 465 : 587;
    if (parts.has_port()) {
        if (parts.port_number() == 0) return unreadable();
        read.port = parts.port_number();
    }
    read.user = parts.user();
    read.password = secret(parts.password());
    return read;
}

}  // namespace tocsin::mail
