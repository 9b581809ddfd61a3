#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>

#include <cstddef>
#include <set>
#include <string>

namespace tocsin::integrations {

/// Sealed values, compared with the vault keys.
struct vault_state {
    std::size_t values = 0;
    std::size_t under_first_key = 0;
    std::set<std::string> missing_keys;  ///< ids of keys that were used for sealing and are not configured
    /// Their key is configured, but they do not open: another key with that id, or damaged data.
    std::size_t unopenable = 0;

    /// Counts one value; `opened` is the outcome of opening it.
    void count(crypto::vault const& vault, byte_view sealed, result<secret> const& opened);
};

/// Opens everything that integrations seal for longer than a connect takes, across organizations: access
/// tokens, refresh tokens, webhook secrets, and previous webhook secrets. For the role tocsin_operator.
async::task<vault_state> inspect_vault(db::pool& pool, crypto::vault const& vault);

struct rotation {
    std::size_t resealed = 0;
    std::size_t failed = 0;  ///< could not be opened and stay as they are
};

/// Seals the same values under the first key, in small transactions while the service runs. Skips a
/// credential that is refreshed at the same time, because a refresh seals under the first key too. For the
/// role tocsin_operator.
async::task<rotation> rotate_keys(db::pool& pool, crypto::vault const& vault);

/// Checks that the first key is the key that this database has stored under the same id, and stores a new id.
/// Must be called at start, before anything is sealed. For the roles tocsin_gateway and tocsin_scheduler.
async::task<result<void>> check_vault(db::pool& pool, crypto::vault const& vault);

/// The ids of the keys that any sealed value of this database needs, without opening values. For all roles
/// except tocsin_ingest.
async::task<std::set<std::string>> find_needed_keys(db::pool& pool);
/// Those of them that are not configured.
async::task<std::set<std::string>> find_missing_keys(db::pool& pool, crypto::vault const& vault);

}  // namespace tocsin::integrations
