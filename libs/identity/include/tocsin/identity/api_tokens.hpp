#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/api_token.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/identity/token_scope.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::identity {

/// What can be shown of an API token.
struct token_info {
    token_id id;
    std::string name;
    std::string prefix;  ///< identifies a leaked token
    token_role role = token_role::viewer;
    std::vector<token_scope> scopes;  ///< of a deployer
    std::string created_by;           ///< a person's address or a token's name; empty for the command line
    timestamp created_at;
    std::optional<timestamp> expires_at;
    std::optional<timestamp> last_used_at;  ///< to the minute
};

struct new_token {
    std::string name = {};
    token_role role = token_role::viewer;
    std::vector<std::string> scopes = {};
    std::optional<timestamp> expires_at = {};
};

/// errc::invalid for scopes that do not fit the role, and for an expiry in the past.
std::optional<error> problem_of(new_token const& wanted, timestamp now);

struct created_token {
    token_info info;
    secret token;  ///< cannot be read again
};

/// The API tokens of organizations. The pool's role is tocsin_gateway, and it outlives this object. Throws
/// what the pool throws.
class api_tokens {
public:
    explicit api_tokens(db::pool& gateway, clock const& time = system_clock())
        : gateway_(gateway), clock_(time) {}

    /// Tokens that are not revoked, newest first, created before `before`; at most `limit`.
    async::task<std::vector<token_info>> list(
        organization_id org, std::optional<token_id> before, std::int64_t limit
    );
    /// errc::invalid as in problem_of, and for a role above `actor_role`. The caller checks the name.
    async::task<result<created_token>> create(
        organization_id org, principal actor, role actor_role, new_token wanted
    );
    /// Applies from the next request on. errc::not_found.
    async::task<result<>> revoke(organization_id org, principal actor, token_id id);

private:
    db::pool& gateway_;
    clock const& clock_;
};

}  // namespace tocsin::identity
