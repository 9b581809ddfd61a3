#pragma once

#include "tocsin/settings.hpp"

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/db/pool.hpp>

#include <functional>

namespace tocsin::program {

/// Runs a command on an event loop of its own and returns its exit status.
int run_to_end(async::task<int> command);

/// One connection with the role tocsin_operator.
db::pool_options operator_pool_options(secret const& database_url);

/// Reads the configuration, opens a connection with the role tocsin_operator, and runs `command`, which
/// returns the exit status. Problems of the configuration are printed on standard error.
int with_operator_pool(std::function<async::task<int>(db::pool&)> const& command);

/// The same for commands that need the configuration of `tocsin serve`. Only errors are logged.
int with_serve_settings(std::function<async::task<int>(serve_settings const&)> const& command);

/// Prints an error on standard error, with its fields, and returns the exit status.
int print_error(error const& failed);

}  // namespace tocsin::program
