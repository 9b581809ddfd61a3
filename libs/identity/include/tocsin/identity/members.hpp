#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/principal.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::identity {

struct member {
    user_id id;
    std::string email;
    std::string name;
    identity::role role = role::viewer;
    timestamp since;
};

/// The people of organizations. There is exactly one owner at all times, whom nobody else can touch; rights
/// are looked at again in the transaction of the change, and hold from the next request on. The pool's role
/// is tocsin_gateway, and it outlives this object. Throws what the pool throws.
class members {
public:
    explicit members(db::pool& gateway) : gateway_(gateway) {}

    /// By address; those after `after`, at most `limit`.
    async::task<std::vector<member>> list(
        organization_id of, std::optional<std::string> after, std::int64_t limit
    );
    /// Any role but owner. errc::not_found; forbidden where `who` may not; conflict for the owner's own role.
    async::task<result<member>> change_role(organization_id of, principal who, user_id whom, role to);
    /// The account stays, as do the API tokens. Errors as above.
    async::task<result<>> remove(organization_id of, principal who, user_id whom);
    /// `who`, the owner, becomes an admin and `whom` the owner: the member afterwards. errc::not_found;
    /// forbidden where `who` is not the owner (any more); conflict where both are one.
    async::task<result<member>> transfer_ownership(organization_id of, principal who, user_id whom);

private:
    db::pool& gateway_;
};

}  // namespace tocsin::identity
