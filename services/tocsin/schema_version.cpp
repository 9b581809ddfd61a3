#include "tocsin/schema_version.hpp"

namespace tocsin::program {

namespace {

constexpr db::statement find_function{
    "program_find_schema_version",
    "select to_regprocedure('tocsin.schema_version()') is not null as present",
};
constexpr db::statement read_version{
    "program_read_schema_version",
    "select tocsin.schema_version() as version",
};

int schema_version(db::transaction& tx) {
    // A schema that is missing, or from before it had a version.
    if (!tx.run(find_function)[0].get<bool>("present")) return 0;
    return tx.run(read_version)[0].get<int>("version");
}

}  // namespace

schema_check compare_schema(int version) {
    auto const required = std::to_string(required_schema_version);
    if (version < required_schema_version)
        return {
            schema_fit::older,
            "the schema has version " + std::to_string(version) + ", this program needs version " + required +
                ": run deploy/migrate"
        };
    if (version > required_schema_version)
        return {
            schema_fit::newer,
            "this program is older than the schema, which has version " + std::to_string(version) +
                " instead of " + required + ": update the program"
        };
    return {schema_fit::matching, "version " + required};
}

async::task<schema_check> check_schema(db::pool& pool) {
    auto const version = co_await pool.transact(db::no_tenant, schema_version);
    co_return compare_schema(version);
}

}  // namespace tocsin::program
