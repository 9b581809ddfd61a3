#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/password_worker.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/identity/settings.hpp>
#include <tocsin/identity/token_scope.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::identity {

/// An attempt to sign in, as the request describes it.
struct sign_in_attempt {
    std::string email;
    secret password;
    std::string address;
    std::string user_agent;
    std::optional<secret> device = {};  ///< the browser's device token from an earlier sign-in
    std::string request_id = {};
};

struct signed_in {
    secret session_token;  ///< for the cookie; only its SHA-256 is stored
    identity::principal principal;
    std::optional<secret> device = {};  ///< a new device token, unless the browser has a known one
};

/// The owner of a request's credentials.
struct identified {
    identity::principal principal;
    /// In the requested organization, if the principal belongs to it. Without a requested organization, an
    /// API token's own.
    std::optional<membership> member;
    /// Of an API token of the role deployer, which may do nothing else.
    std::optional<std::vector<token_scope>> scopes = {};
};

/// Signs people in and authenticates requests. Roles and sessions are read from the database at every call,
/// so that a change of rights applies from the next request on. Everything runs on the awaiting coroutine's
/// executor, which must be the I/O thread's. Pool and worker outlive this object. Throws what the pool
/// throws.
class accounts {
public:
    /// The pool's role is tocsin_gateway.
    accounts(db::pool& gateway, password_worker& hashing, session_limits limits);

    /// A wrong password and an unknown address both give errc::unauthenticated and take equally long.
    /// errc::rate_limited, with the wait, as in attempt_throttle.hpp; errc::unavailable if too many people
    /// sign in at once.
    async::task<result<signed_in>> sign_in(sign_in_attempt attempt);
    /// A session for a user who is authenticated already.
    async::task<signed_in> begin_session(
        user_id user, std::string email, std::string name, sign_in_attempt const& from
    );
    /// The audit log names `actor`.
    async::task<> sign_out(principal const& actor);
    async::task<> sign_out(std::string session_hash);

    /// Nothing if the session does not exist or has ended. `organization_slug`: the organization of the
    /// request.
    async::task<std::optional<identified>> find_session(
        secret session_token, std::optional<std::string> organization_slug
    );
    /// The same without using the session, which goes idle nevertheless.
    async::task<std::optional<identified>> check_session(
        secret session_token, std::optional<std::string> organization_slug
    );
    async::task<std::optional<identified>> find_api_token(
        secret token, std::optional<std::string> organization_slug
    );
    /// Ordered by slug.
    async::task<std::vector<membership>> organizations_of(user_id user);

    session_limits limits() const noexcept { return limits_; }

private:
    async::task<std::optional<identified>> find_session(
        db::statement const& find, secret session_token, std::optional<std::string> organization_slug
    );
    async::task<> rehash(user_id user, std::string stored, secret password);

    db::pool& gateway_;
    password_worker& hashing_;
    session_limits limits_;
    /// Of a random password. It is verified for unknown addresses, so that they take as long as known ones.
    std::string dummy_hash_;
};

/// True if a text has the form of a session token. Anything else is refused without a query.
bool looks_like_session_token(std::string_view text) noexcept;

}  // namespace tocsin::identity
