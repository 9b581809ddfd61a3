#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>

#include <optional>
#include <set>
#include <string>

namespace tocsin::program {

/// Checks at start that the first vault key is the one that the database knows by its id, and from then on
/// that every key that sealed values need is configured.
class vault_check {
public:
    /// Never ends by itself. Stops the loop where the first key is wrong, because nothing sealed with it
    /// could be opened later.
    async::task<> run(db::pool& pool, crypto::vault const& vault, async::io_loop& loop);
    /// For readiness.
    async::task<result<>> ready() const;
    /// Throws std::runtime_error where the key is wrong.
    void throw_if_failed() const;

private:
    async::task<> look(db::pool& pool, crypto::vault const& vault);

    std::optional<result<>> outcome_;
    std::set<std::string> missing_;  ///< ids of keys
};

/// For messages: "a, b".
std::string list_keys(std::set<std::string> const& ids);

}  // namespace tocsin::program
