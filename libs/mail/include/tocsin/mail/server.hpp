#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>

#include <cstdint>
#include <string>

namespace tocsin::mail {

/// How the connection is protected.
enum class protection {
    tls,       ///< from the first byte
    starttls,  ///< required before the login and the message
    none,      ///< loopback only
};

/// The operator's mail server.
struct server {
    mail::protection protection = protection::starttls;
    std::string host;
    std::uint16_t port = 587;
    std::string user;  ///< empty: no login
    secret password;
};

/// Reads `smtp://[user:password@]host[:port]` (port 587) or `smtps://...` (port 465); user and password
/// percent-encoded. errc::invalid, without a part of the URL in the detail.
result<server> parse_server(secret const& url);

}  // namespace tocsin::mail
