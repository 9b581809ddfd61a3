#pragma once

#include <tocsin/db/errors.hpp>
#include <tocsin/db/tuple_id.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace tocsin::incidents {

/// Which version of an incident's row was read.
struct row_version {
    db::tuple_id place;
    std::int64_t version = 0;
};

/// Another transaction has changed a row since this one read it. As after a constraint violation, nothing is
/// written, the connection stays usable, and the work may run again.
struct version_conflict : db::constraint_violation {
    explicit version_conflict(std::string const& what) : db::constraint_violation(what, {}) {}
};

/// Throws version_conflict unless every row was written.
inline void expect_written(std::size_t written, std::size_t expected) {
    if (written != expected)
        throw version_conflict("another transaction changed a row that this one had read");
}

}  // namespace tocsin::incidents
