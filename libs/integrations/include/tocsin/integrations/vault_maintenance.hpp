#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace tocsin::integrations {

/// The state of the sealed credentials against a key ring.
struct vault_state {
    std::size_t credentials = 0;
    std::size_t under_first_key = 0;
    std::size_t webhook_secrets = 0;
    std::vector<std::string> missing_keys;  ///< ids that sealed something and are not in the ring
    std::size_t unopenable =
        0;  ///< whose key is there, but which do not open: another key of that id, or damage
};

/// Looks at every credential, across organizations. The pool's role is tocsin_operator or tocsin_scheduler.
async::task<vault_state> inspect_vault(db::pool& pool, crypto::vault const& vault);

struct rotation {
    std::size_t resealed = 0;
    std::size_t failed = 0;  ///< could not be opened; left as they are
};

/// Seals every credential under the first key, in small transactions while the service runs: one that is
/// renewed meanwhile is left to its renewal, which seals under the first key too. The pool's role is
/// tocsin_operator.
async::task<rotation> rotate_keys(db::pool& pool, crypto::vault const& vault);

/// Whether the first key is the one that this database knows by its name; the first time that it meets a name
/// it remembers it. To be asked at start, before anything is sealed. The pool's role is tocsin_gateway or
/// tocsin_scheduler.
async::task<result<void>> check_vault(db::pool& pool, crypto::vault const& vault);

}  // namespace tocsin::integrations
