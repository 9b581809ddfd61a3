#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/api_token.hpp>
#include <tocsin/identity/principal.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::identity {

/// An API token, without what opens the door.
struct token_info {
    token_id id;
    std::string name;
    std::string prefix;  ///< by which a leaked one is recognized
    identity::role role = role::viewer;
    std::string created_by;  ///< a person's address or a token's name; empty: the command line
    timestamp created_at;
    std::optional<timestamp> expires_at;
    std::optional<timestamp> last_used_at;  ///< to the minute
};

struct new_token {
    std::string name;
    identity::role role = role::viewer;
    std::optional<timestamp> expires_at;
};

struct made_token {
    token_info info;
    secret token;  ///< cannot be read again
};

/// The API tokens of organizations. Rights are looked at again in the transaction of the change. The pool's
/// role is tocsin_gateway, and it outlives this object. Throws what the pool throws.
class api_tokens {
public:
    explicit api_tokens(db::pool& gateway, clock const& time = system_clock())
        : gateway_(gateway), clock_(time) {}

    /// Those that are not revoked, newest first, made before `before`; at most `limit`.
    async::task<std::vector<token_info>> list(
        organization_id of, std::optional<token_id> before, std::int64_t limit
    );
    /// errc::invalid for a role that `by` does not have, or a time that is over; the name is checked by the
    /// caller. `has`: the role of `by`.
    async::task<result<made_token>> create(organization_id of, principal by, role has, new_token what);
    /// From the next request on. errc::not_found.
    async::task<result<>> revoke(organization_id of, principal by, token_id id);

private:
    db::pool& gateway_;
    clock const& clock_;
};

}  // namespace tocsin::identity
