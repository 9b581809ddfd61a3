#pragma once

#include <stdexcept>
#include <string>

namespace tocsin::db {

/// The database could not do it now: away, overloaded, too slow, or our own queue is full. Nothing was
/// committed; trying again later may help. Becomes 503 (500 for webhooks).
struct unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The connection was lost during COMMIT: the transaction may or may not have happened. Never repeated
/// blindly: whoever gave the work a key looks it up on a new connection.
struct in_doubt : unavailable {
    using unavailable::unavailable;
};

/// A constraint between rows (unique, foreign key, exclusion) refused one: trying again may see the other
/// row. Expected ones are met with ON CONFLICT or caught by name.
struct constraint_violation : std::runtime_error {
    constraint_violation(std::string const& what, std::string name)
        : std::runtime_error(what), constraint(std::move(name)) {}
    std::string constraint;  ///< e.g. "services_slug_key"; empty where PostgreSQL's text names none
};

/// A value that the database cannot hold (class 22 or 54, a NUL in a text, or what a CHECK or NOT NULL
/// refuses): bad data, not a bad connection.
struct bad_value : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Any other refusal of a statement: a bug of ours or a misconfigured database.
struct statement_error : std::runtime_error {
    statement_error(std::string const& what, std::string state)
        : std::runtime_error(what), sqlstate(std::move(state)) {}
    std::string sqlstate;
};

}  // namespace tocsin::db
