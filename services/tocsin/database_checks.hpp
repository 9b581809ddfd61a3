#pragma once

#include "tocsin/finding.hpp"
#include "tocsin/unsafe_states.hpp"

#include <tocsin/async/task.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::program {

/// The checks of the database that start, readiness, and doctor share. A failed one of these makes a process
/// not ready; the other findings are for the doctor alone.
inline constexpr std::array<std::string_view, 6> readiness_checks{
    "database", "durability", "schema", "schema objects", "partitions", "writing"
};

/// What the server says about itself and about the login of the program.
struct server_facts {
    int version = 0;
    bool is_durable = false;
    timestamp now;
    int connections = 0;                      ///< for logins that are no superusers
    std::optional<int> login_connections;     ///< limit of the login
    std::optional<int> database_connections;  ///< limit of the database
    std::string login;
    bool is_superuser = false;
    bool creates_roles = false;
    bool bypasses_row_security = false;
    bool inherits = false;
    bool owns_schema = false;
    std::string synchronous_standbys;  ///< their names, as configured
    int standbys = 0;                  ///< that are connected
};

/// What the schema says about itself.
struct schema_facts {
    std::vector<std::string> missing_partitions;  ///< days
    bool is_recorded = false;  ///< deploy/migrate has recorded the schema as it is now deployed
    bool has_changed = false;  ///< its objects differ from the recorded ones
    bool rights_have_changed = false;
};

findings judge_server(server_facts const& facts, allowed_states const& allowed, timestamp now);
findings judge_schema(schema_facts const& facts);

/// Runs all checks of the database. The pool may have any role of the program except tocsin_ingest. Never
/// throws what the database causes.
async::task<findings> check_database(db::pool& pool, allowed_states const& allowed);

}  // namespace tocsin::program
