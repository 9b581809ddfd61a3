#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/identity/password_worker.hpp>
#include <tocsin/identity/principal.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::identity {

using invitation_id = id_of<struct invitation_tag>;

/// How long an invitation works.
inline constexpr std::chrono::hours invitation_life{72};

struct invitation {
    invitation_id id;
    std::string email;
    identity::role role = role::viewer;
    std::string invited_by;  ///< a person's address or a token's name; empty: the command line
    timestamp created_at;
    timestamp expires_at;
};

struct made_invitation {
    invitation info;
    secret token;  ///< for the link; cannot be read again
};

/// What whoever has the link may know before accepting.
struct invitation_view {
    std::string organization_slug;
    std::string organization_name;
    std::string email;
    identity::role role = role::viewer;
    timestamp expires_at;
    std::optional<user_id> account;  ///< of the address, where there is one
    std::string account_name;
};

struct acceptance {
    secret token;
    std::optional<std::string> name;
    std::optional<secret> password;
    std::optional<principal> signed_in;  ///< who is signed in where the link was followed
    sign_in_attempt from;                ///< address, browser and device; no credentials
};

struct accepted {
    principal who;
    std::string organization_slug;
    std::optional<identity::signed_in> session;  ///< where a new one was begun
};

/// Asking people to belong to an organization. A link works once, for one address and role, for 72 hours and
/// while whoever made it may still invite. Everything runs on the awaiting coroutine's executor. The pool's
/// role is tocsin_gateway; all parts outlive this object. Throws what they throw.
class invitations {
public:
    invitations(
        db::pool& gateway, accounts& people, password_worker& hashing, clock const& time = system_clock()
    );

    /// The open ones, expired ones included, newest first, made before `before`; at most `limit`.
    async::task<std::vector<invitation>> list(
        organization_id of, std::optional<invitation_id> before, std::int64_t limit
    );
    /// Takes the place of an open one for the same address. errc::invalid for what is no address, and for
    /// owner; conflict where it belongs to a member; rate_limited after a hundred in short order.
    async::task<result<made_invitation>> create(organization_id of, principal by, std::string email, role as);
    /// errc::not_found where it is not open.
    async::task<result<>> revoke(organization_id of, principal by, invitation_id id);

    /// errc::not_found alike for unknown, used, revoked and expired ones; rate_limited after several of
    /// these.
    async::task<result<invitation_view>> look_up(secret token, std::string address);
    /// Makes the account where the address has none: then name and password count. Else the person must be
    /// signed in already, or give the account's password (errc::unauthenticated); forbidden where somebody
    /// else is signed in and no password is given. Of several at once one is accepted.
    async::task<result<accepted>> accept(acceptance what);

private:
    async::task<result<accepted>> accept_new(acceptance what, invitation_view invited);
    async::task<result<accepted>> accept_known(acceptance what, invitation_view invited);
    async::task<result<std::string>> use(
        byte_string hash,
        user_id who,
        std::string name,
        std::optional<std::string> password_hash,
        principal by
    );

    db::pool& gateway_;
    accounts& accounts_;
    password_worker& hashing_;
    clock const& clock_;
};

}  // namespace tocsin::identity
