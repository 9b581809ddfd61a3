#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/db/pool.hpp>

#include <functional>

namespace tocsin::program {

/// One connection with the operators' role.
db::pool_options operator_pool_of(secret const& database_url);

/// Reads the configuration that commands need, opens a connection with the operators' role (tocsin_operator),
/// and runs `command`; its value is the exit status. A wrong configuration is reported on standard error.
int with_operator_pool(std::function<int(db::pool&)> const& command);

}  // namespace tocsin::program
