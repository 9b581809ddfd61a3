#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/password_worker.hpp>
#include <tocsin/identity/principal.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::identity {

/// A session ends after `idle` without a request, and `max` after it began.
struct session_limits {
    std::chrono::milliseconds idle;
    std::chrono::milliseconds max;
};

/// Somebody who wants to sign in, as the request tells.
struct sign_in_attempt {
    std::string email;
    secret password;
    std::string address;
    std::string user_agent;
    std::optional<secret> device = {};  ///< what the browser was given the last time
    std::string request_id = {};
};

struct signed_in {
    secret session_token;  ///< for the cookie; only its SHA-256 is stored
    principal who;
    std::optional<secret> device = {};  ///< for another cookie, where the browser has none that is known
};

/// Whom a request's credentials belong to.
struct identified {
    principal who;
    /// The organization that was asked for, where `who` belongs to it; for an API token without one asked
    /// for, its own.
    std::optional<membership> member;
};

/// Signing in and recognizing who asks. Reads roles and sessions from the database at every call, so that a
/// change of rights holds from the next request on. Everything runs on the awaiting coroutine's executor,
/// which must be the I/O thread's; pool and worker outlive this object. Throws what the pool throws.
class accounts {
public:
    /// The pool's role is tocsin_gateway.
    accounts(db::pool& gateway, password_worker& hashing, session_limits limits);

    /// errc::unauthenticated alike for a wrong password and an unknown address (and equally slow);
    /// errc::rate_limited, with the wait, as attempt_throttle.hpp says; errc::unavailable where too many sign
    /// in at once.
    async::task<result<signed_in>> sign_in(sign_in_attempt attempt);
    /// A session for somebody who has proved in another way who they are.
    async::task<signed_in> begin_session(
        user_id who, std::string email, std::string name, sign_in_attempt const& from
    );
    /// `who` is the actor of the audit log's entry.
    async::task<> sign_out(principal const& who);
    async::task<> sign_out(std::string session_hash);

    /// Nothing where the session does not exist or has ended. `organization_slug`: the one the request is
    /// about.
    async::task<std::optional<identified>> find_session(
        secret session_token, std::optional<std::string> organization_slug
    );
    async::task<std::optional<identified>> find_api_token(
        secret token, std::optional<std::string> organization_slug
    );
    /// Ordered by slug.
    async::task<std::vector<membership>> organizations_of(user_id user);

    session_limits limits() const noexcept { return limits_; }

private:
    async::task<> rehash(user_id who, std::string stored, secret password);

    db::pool& gateway_;
    password_worker& hashing_;
    session_limits limits_;
    std::string
        nobodys_hash_;  ///< of a random password: verified for unknown addresses, so that they take as long
};

/// True where a text has the form of a session token: what has not is refused without asking the database.
bool looks_like_session_token(std::string_view text) noexcept;

}  // namespace tocsin::identity
