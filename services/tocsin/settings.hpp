#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/mail/server.hpp>
#include <tocsin/observe/log.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tocsin::program {

enum class run_role { gateway, scheduler };

/// The public integration of this deployment at Sentry.
struct sentry_app_settings {
    std::string slug;
    std::string client_id;
    secret client_secret;
    std::optional<secret> previous_client_secret;  ///< accepted for webhooks while it is being replaced
};

/// The OAuth application of this deployment at Sentry.
struct sentry_oauth_settings {
    std::string client_id;
    secret client_secret;
};

/// The operator's mail server.
struct mail_settings {
    mail::server server;
    std::string from;
};

struct refresh_settings {
    std::chrono::milliseconds backoff_base;
    std::chrono::milliseconds backoff_max;
    std::int64_t max_attempts;
    std::chrono::milliseconds margin;
    std::chrono::milliseconds poll;
    std::chrono::milliseconds lease;
};

struct log_settings {
    observe::level level = observe::level::info;
    observe::log_format format = observe::log_format::json;
};

/// What every command needs.
struct command_settings {
    secret database_url;
    log_settings log;
};

/// What `tocsin serve` needs.
struct serve_settings {
    secret database_url;
    log_settings log;
    std::vector<run_role> roles;
    bool has(run_role wanted) const noexcept;

    config::base_url public_url;
    config::endpoint listen;
    config::endpoint admin_listen;
    std::string tls_certificate_file;  ///< empty: plain HTTP
    std::string tls_key_file;
    std::vector<std::string> allowed_hosts;
    std::vector<std::string> trusted_proxies;
    std::string console_directory;  ///< empty: where a build or an installation puts it
    std::chrono::milliseconds session_idle;
    std::chrono::milliseconds session_max;

    std::optional<mail_settings> mail;

    std::vector<crypto::vault_key> vault_keys;
    config::base_url sentry_url;
    std::chrono::milliseconds sentry_timeout;
    std::int64_t sentry_rate;  ///< calls per second
    std::optional<sentry_app_settings> sentry_app;
    std::optional<sentry_oauth_settings> sentry_oauth;
    refresh_settings refresh;

    std::chrono::milliseconds reopen_window;
    std::int64_t critical_event_count;
    std::chrono::milliseconds delivery_retention;
    std::uint64_t webhook_max_body;
};

/// Every problem of a configuration, one line each.
using problems = std::vector<std::string>;

std::variant<serve_settings, problems> read_serve_settings(config::environment const& from);
std::variant<command_settings, problems> read_command_settings(config::environment const& from);

/// Where links lead that a command prints; empty where it is not configured well.
std::string read_public_url_of_links(config::environment const& from);

/// Every variable with its default and meaning, for `tocsin serve --help`.
std::string describe_variables();

}  // namespace tocsin::program
