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

/// The members of organizations. An organization has exactly one owner at all times, whom other members
/// cannot change. Rights are checked again in the transaction of a change, which applies from the next
/// request on. The pool's role is tocsin_gateway, and it outlives this object. Throws what the pool throws.
class members {
public:
    explicit members(db::pool& gateway) : gateway_(gateway) {}

    /// By address, after `after`; at most `limit`.
    async::task<std::vector<member>> list(
        organization_id org, std::optional<std::string> after, std::int64_t limit
    );
    /// errc::invalid for the owner's role; not_found; forbidden if `actor` lacks the right; conflict for the
    /// owner's own role.
    async::task<result<member>> change_role(
        organization_id org, principal actor, user_id target, role wanted
    );
    /// The account and the API tokens remain. Errors as above.
    async::task<result<>> remove(organization_id org, principal actor, user_id target);
    /// Makes `target` the owner and `actor`, the owner until then, an admin. Returns the new owner.
    /// errc::not_found; forbidden if `actor` is not the owner (any more); conflict if both are the same.
    async::task<result<member>> transfer_ownership(organization_id org, principal actor, user_id target);

private:
    db::pool& gateway_;
};

}  // namespace tocsin::identity
