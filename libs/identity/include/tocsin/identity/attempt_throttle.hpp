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

/// What attempts have in common that are counted together. After `free` failures each further one doubles the
/// wait, up to `longest` seconds. In half an hour as many are forgotten as are free.
struct attempt_count {
    std::string key;  ///< holds a hash, no address and no name
    std::int64_t free = 0;
    std::int64_t longest = 0;
};

/// The counts of an attempt; its own come first and are forgotten once it was right.
struct attempt_counts {
    std::vector<attempt_count> own;
    std::vector<attempt_count> shared;
};

/// Signing in. In a browser that the account knows only that browser's own failures count, whatever goes on
/// elsewhere: nobody can keep somebody else out. Elsewhere those of account and network together, of the
/// network, of the account and of all (in this minute) do.
attempt_counts counts_of_known_device(user_id account, std::string_view device_hash);
attempt_counts counts_of_sign_in(std::string_view account, std::string_view network, timestamp now);
/// The own password, asked again.
attempt_counts counts_of_password(user_id account);
/// Links with a token in them.
attempt_counts counts_of_links(std::string_view network);

/// Counts an attempt before it is judged. errc::rate_limited, with the wait, where it may not go on: it is
/// not counted then. Counts live in the database: shared by all processes, they survive a restart.
result<> charge(db::transaction& tx, attempt_counts const& with);
/// The attempt was right.
void forgive(db::transaction& tx, attempt_counts const& with);
/// It could not be judged: nobody's failure.
void refund(db::transaction& tx, attempt_counts const& with);

}  // namespace tocsin::identity
