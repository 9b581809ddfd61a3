#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::identity {

/// Attempts that are counted together. After `free` failures, each further one doubles the wait, up to
/// `longest` seconds. Every half hour, `free` failures are forgotten.
struct attempt_count {
    std::string key;  ///< contains a hash instead of an address or a name
    std::int64_t free = 0;
    std::int64_t longest = 0;
};

/// The counts that an attempt adds to. A success clears its own counts and takes the attempt off the shared
/// ones.
struct attempt_counts {
    std::vector<attempt_count> own;
    std::vector<attempt_count> shared;
};

/// Signing in from a browser that is known to the account: only this browser's failures count, so that an
/// attacker elsewhere cannot lock a user out.
attempt_counts counts_of_known_device(user_id account, std::string_view device_hash);
/// Signing in from any other browser: the failures of account and network together, of the network, of the
/// account, and of everything in this minute count. `account_key` is the same for all spellings of an address
/// that find one account.
attempt_counts counts_of_sign_in(std::string_view account_key, std::string_view network, timestamp now);
/// Confirming a signed-in user's password.
attempt_counts counts_of_password(user_id account);
/// Links that contain a token.
attempt_counts counts_of_links(std::string_view network);
/// Invitations by an organization. A success counts as well, because each one may send mail.
attempt_counts counts_of_invitations(organization_id org);

/// Counts an attempt before it is judged. errc::rate_limited, with the wait, if it must wait; then it is not
/// counted and leaves no rows. The counts are in the database: all processes share them, and they survive a
/// restart.
result<> charge(db::transaction& tx, attempt_counts const& counts);
/// After a success.
void clear(db::transaction& tx, attempt_counts const& counts);
/// After an attempt that could not be judged: it does not count.
void refund(db::transaction& tx, attempt_counts const& counts);

}  // namespace tocsin::identity
