#pragma once

#include <stdexcept>
#include <string>

namespace tocsin::db {

/// The database is unreachable, overloaded, or too slow, or the pool's queue is full. Nothing was committed,
/// and a later retry may succeed. Becomes 503 (500 for webhooks).
struct unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The connection was lost during COMMIT, so it is unknown whether the transaction happened. Never retried
/// blindly: look up the result by a key of the work, on a new connection.
struct in_doubt : unavailable {
    using unavailable::unavailable;
};

/// A constraint between rows (unique, foreign key, exclusion) was violated; a retry may see the other row.
/// Expected violations are avoided with ON CONFLICT or caught by the constraint's name.
struct constraint_violation : std::runtime_error {
    constraint_violation(std::string const& what, std::string name)
        : std::runtime_error(what), constraint(std::move(name)) {}
    std::string constraint;  ///< e.g. "services_slug_key"; empty if PostgreSQL's message has no name
};

/// A value that the database does not accept: class 22 or 54, a NUL in a text, a violated CHECK or NOT NULL.
struct bad_value : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Any other error of a statement: a bug, or a misconfigured database.
struct statement_error : std::runtime_error {
    statement_error(std::string const& what, std::string state)
        : std::runtime_error(what), sqlstate(std::move(state)) {}
    std::string sqlstate;
};

}  // namespace tocsin::db
