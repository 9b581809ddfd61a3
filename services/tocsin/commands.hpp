#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace tocsin::program {

/// What the command line asked for: run once parsing is over, its value is the exit status.
using chosen_command = std::function<int()>;

/// `org create`, `user create`, `user reset-password`, `token create`. Each sets `chosen` where it is named
/// on the command line.
void add_account_commands(CLI::App& program, chosen_command& chosen);
/// `key rotate`, `doctor`.
void add_upkeep_commands(CLI::App& program, chosen_command& chosen);
/// `integration list`.
void add_integration_commands(CLI::App& program, chosen_command& chosen);

/// `mapping import`.
void add_mapping_commands(CLI::App& program, chosen_command& chosen);

}  // namespace tocsin::program
