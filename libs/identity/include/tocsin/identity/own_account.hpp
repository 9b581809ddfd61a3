#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/identity/password_worker.hpp>
#include <tocsin/identity/principal.hpp>

#include <string>
#include <vector>

namespace tocsin::identity {

using session_id = id_of<struct session_tag>;

struct session_info {
    session_id id;
    bool is_current = false;
    std::string address;
    std::string user_agent;
    timestamp created_at;
    timestamp last_seen_at;  ///< to the minute
};

/// A person's own account. `actor` is a person, never an API token. Everything runs on the awaiting
/// coroutine's executor. The pool's role is tocsin_gateway; all parts outlive this object. Throws what they
/// throw.
class own_account {
public:
    own_account(db::pool& gateway, password_worker& hashing, session_limits limits)
        : gateway_(gateway), hashing_(hashing), limits_(limits) {}

    /// Live sessions, newest first.
    async::task<std::vector<session_info>> sessions(principal actor);
    /// errc::not_found unless it is a session of `actor`.
    async::task<result<>> end_session(principal actor, session_id id);
    async::task<> end_other_sessions(principal actor);

    /// Ends the other sessions. errc::invalid for a wrong `current` and for an unacceptable `wanted`;
    /// rate_limited after several wrong ones.
    async::task<result<>> change_password(principal actor, secret current, secret wanted);
    /// The caller checks the name.
    async::task<> rename(principal actor, std::string name);

    /// Ends every session and forgets the known devices. errc::not_found alike for unknown, used, and expired
    /// links; invalid for an unacceptable password; rate_limited after several links that did not work.
    async::task<result<>> reset_password(secret token, secret wanted, std::string address);

private:
    db::pool& gateway_;
    password_worker& hashing_;
    session_limits limits_;
};

}  // namespace tocsin::identity
