#pragma once

#include <tocsin/db/errors.hpp>
#include <tocsin/db/parameter.hpp>
#include <tocsin/db/rows.hpp>

#include <string_view>
#include <vector>

namespace tocsin::db {

/// A statement with a name: prepared once per connection. Names are unique in the program; statements are
/// constants next to their use.
struct statement {
    char const* name;
    char const* sql;
    /// By its values: where conditions come and go with them, one plan for all would be a bad one for most.
    enum class planned { once, by_values } plan = planned::once;
};

/// The statements of one unit of work. Lives on the pool's thread, inside the function given to
/// `pool::transact`.
class transaction {
public:
    struct impl;
    explicit transaction(impl& within) : impl_(within) {}
    transaction(transaction const&) = delete;
    transaction& operator=(transaction const&) = delete;

    /// Runs a statement; throws the exceptions of errors.hpp. After a throw the transaction is over: do not
    /// go on.
    template <class... Args>
    rows run(statement const& what, Args const&... args) {
        return execute(what, {to_parameter(args)...});
    }
    rows execute(statement const& what, std::vector<parameter> const& with);

private:
    impl& impl_;
};

}  // namespace tocsin::db
