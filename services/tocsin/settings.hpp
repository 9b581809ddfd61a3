#pragma once

#include "gateway/settings.hpp"
#include "tocsin/unsafe_states.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/identity/settings.hpp>
#include <tocsin/incidents/settings.hpp>
#include <tocsin/integrations/applications.hpp>
#include <tocsin/integrations/settings.hpp>
#include <tocsin/mail/settings.hpp>
#include <tocsin/observe/log.hpp>
#include <tocsin/sentry/settings.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tocsin::program {

enum class run_role { gateway, scheduler };
inline constexpr enum_names<run_role, 2> run_role_names{
    {{run_role::gateway, "gateway"}, {run_role::scheduler, "scheduler"}}
};

struct log_settings {
    observe::level level = observe::level::info;
    observe::log_format format = observe::log_format::json;

    void read(config::reader& in) {
        in.word("TOCSIN_LOG_LEVEL", level, observe::level_names, "debug, info, warn, or error");
        in.word("TOCSIN_LOG_FORMAT", format, observe::log_format_names, "json or text");
    }
};

/// For every command.
struct command_settings {
    allowed_states allowed;
    secret database_url;
    log_settings log;

    void read(config::reader& in);
};

/// For `tocsin serve` and the commands that work with its configuration.
struct serve_settings : command_settings {
    std::vector<run_role> roles{run_role::gateway, run_role::scheduler};
    std::vector<crypto::vault_key> vault_keys;
    gateway::settings gateway;
    identity::session_limits sessions;
    std::optional<mail::settings> mail;
    sentry::client_settings sentry;
    integrations::applications applications;
    integrations::refresh_settings refresh;
    incidents::rule_settings rules;
    incidents::retention_settings retention;

    void read(config::reader& in);
    bool has(run_role role) const noexcept;

private:
    void check_sentry_safety(config::reader& in) const;
};

/// Every problem of a configuration, one line each.
using problems = std::vector<std::string>;

std::variant<serve_settings, problems> read_serve_settings(config::environment const& from);
std::variant<command_settings, problems> read_command_settings(config::environment const& from);

/// The start of the links that commands print; empty where TOCSIN_PUBLIC_URL is missing or wrong.
std::string read_link_base(config::environment const& from);

}  // namespace tocsin::program
