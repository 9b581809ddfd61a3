#pragma once

#include <tocsin/db/errors.hpp>
#include <tocsin/db/parameter.hpp>
#include <tocsin/db/rows.hpp>

#include <string_view>
#include <vector>

namespace tocsin::db {

/// A statement with a name, under which it is prepared once per connection. Names are unique in the program,
/// and statements are constants next to their use.
struct statement {
    char const* name;
    char const* sql;
    /// `by_values` plans each execution anew: where conditions depend on parameters, one plan would be bad
    /// for most.
    enum class planned { once, by_values } plan = planned::once;
};

/// The transaction of a unit of work. Used on the pool's thread, inside the function given to
/// `pool::transact`.
class transaction {
public:
    struct impl;
    explicit transaction(impl& inside) : impl_(inside) {}
    transaction(transaction const&) = delete;
    transaction& operator=(transaction const&) = delete;

    /// Throws the exceptions of errors.hpp. After that the transaction must not be used.
    template <class... Args>
    rows run(statement const& statement, Args const&... args) {
        return execute(statement, {to_parameter(args)...});
    }
    rows execute(statement const& statement, std::vector<parameter> const& parameters);

private:
    impl& impl_;
};

}  // namespace tocsin::db
