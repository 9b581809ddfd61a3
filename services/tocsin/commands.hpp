#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace tocsin::program {

/// The command that the command line names. It runs after parsing and returns the exit status.
using chosen_command = std::function<int()>;

// Each function adds commands to the command line; a command that is named there sets `chosen`.

/// `org create`, `user create`, `user reset-password`, `token create`.
void add_account_commands(CLI::App& program, chosen_command& chosen);
/// `completion`.
void add_completion_command(CLI::App& program, chosen_command& chosen);
/// `config docs`.
void add_config_commands(CLI::App& program, chosen_command& chosen);
/// `doctor`.
void add_doctor_command(CLI::App& program, chosen_command& chosen);
/// `grant create`, `grant list`, `grant revoke`.
void add_grant_commands(CLI::App& program, chosen_command& chosen);
/// `integration list`, `integration move-sentry`.
void add_integration_commands(CLI::App& program, chosen_command& chosen);
/// `key rotate`.
void add_key_commands(CLI::App& program, chosen_command& chosen);
/// `mapping import`.
void add_mapping_commands(CLI::App& program, chosen_command& chosen);
/// `sentry call`.
void add_sentry_commands(CLI::App& program, chosen_command& chosen);
/// `serve`.
void add_serve_command(CLI::App& program, chosen_command& chosen);

}  // namespace tocsin::program
