#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>

#include <cstdint>
#include <string>

namespace tocsin::mail {

/// How the connection is protected.
enum class protection {
    tls,       ///< from the first byte
    starttls,  ///< asked for before anything is told
    none,      ///< loopback only
};

/// The mail server that takes our messages.
struct server {
    mail::protection protection = protection::starttls;
    std::string host;
    std::uint16_t port = 587;
    std::string user;  ///< empty: we do not sign in
    secret password;
};

/// Reads `smtp://[user:password@]host[:port]` (port 587) or `smtps://...` (port 465); user and password
/// percent-encoded. errc::invalid with a sentence that shows nothing of the URL.
result<server> parse_server(secret const& url);

}  // namespace tocsin::mail
