#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>

#include <string>

namespace tocsin::program {

/// The version of the schema that this program was built for: the number of changes in schema/sqitch.plan.
inline constexpr int required_schema_version = TOCSIN_SCHEMA_VERSION;

enum class schema_fit { matching, older, newer };

struct schema_check {
    schema_fit fit = schema_fit::matching;
    std::string message;  ///< both versions and what to do
};

/// The meaning of a schema with `version` for this program; 0 where the schema has no version.
schema_check compare_schema(int version);

/// Reads the version of the schema and compares it, for the readiness check and the doctor. The pool may have
/// any role of the program. Throws what the pool throws.
async::task<schema_check> check_schema(db::pool& pool);

}  // namespace tocsin::program
