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
    std::string invited_by;  ///< a person's address or a token's name; empty for the command line
    timestamp created_at;
    timestamp expires_at;
};

struct created_invitation {
    invitation info;
    secret token;  ///< for the link; cannot be read again
};

/// What the holder of a link can see before accepting.
struct invitation_view {
    std::string organization_slug;
    std::string organization_name;
    std::string email;
    identity::role role = role::viewer;
    timestamp expires_at;
    std::optional<user_id> account;  ///< of the address, if it has one
    std::string account_name;
};

struct acceptance {
    secret token;
    std::optional<std::string> name;
    std::optional<secret> password;
    std::optional<principal> signed_in;  ///< the user who is signed in where the link was opened
    sign_in_attempt from;                ///< address, browser, and device, without credentials
};

struct accepted {
    identity::principal principal;
    std::string organization_slug;
    std::optional<identity::signed_in> session;  ///< if a new one began
};

/// Invitations to organizations. A link works once, for one address and role, for 72 hours, and only while
/// its creator may still invite. Everything runs on the awaiting coroutine's executor. The pool's role is
/// tocsin_gateway; all parts outlive this object. Throws what they throw.
class invitations {
public:
    invitations(
        db::pool& gateway, accounts& people, password_worker& hashing, clock const& time = system_clock()
    );

    /// Open invitations, expired ones included, newest first, created before `before`; at most `limit`.
    async::task<std::vector<invitation>> list(
        organization_id org, std::optional<invitation_id> before, std::int64_t limit
    );
    /// Replaces an open invitation for the same address. errc::invalid for a malformed address and for the
    /// owner's role; conflict if the address belongs to a member; rate_limited after a hundred in a short
    /// time.
    async::task<result<created_invitation>> create(
        organization_id org, principal actor, std::string email, role wanted
    );
    /// errc::not_found unless it is open.
    async::task<result<>> revoke(organization_id org, principal actor, invitation_id id);

    /// errc::not_found alike for unknown, used, revoked, and expired ones; rate_limited after several of
    /// these.
    async::task<result<invitation_view>> look_up(secret token, std::string address);
    /// An address without an account gets one, with the given name and password. Otherwise the user must be
    /// signed in or give the account's password (errc::unauthenticated); errc::forbidden if another user is
    /// signed in and no password is given. Of concurrent calls, one succeeds.
    async::task<result<accepted>> accept(acceptance given);

private:
    async::task<result<accepted>> accept_new(acceptance given, invitation_view invited);
    async::task<result<accepted>> accept_existing(acceptance given, invitation_view invited);
    /// The slug of the organization.
    async::task<result<std::string>> use(
        byte_string hash,
        user_id user,
        std::string name,
        std::optional<std::string> password_hash,
        principal actor
    );

    db::pool& gateway_;
    accounts& accounts_;
    password_worker& hashing_;
    clock const& clock_;
};

}  // namespace tocsin::identity
