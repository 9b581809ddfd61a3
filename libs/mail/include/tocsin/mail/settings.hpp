#pragma once

#include <tocsin/config/options.hpp>
#include <tocsin/mail/server.hpp>

#include <optional>
#include <string>

namespace tocsin::mail {

struct settings {
    mail::server server;
    std::string from;  ///< an address that `is_mailable`
};

/// Empty if mail is not configured.
std::optional<settings> read_settings(config::reader& in);

}  // namespace tocsin::mail
