#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>

#include <optional>

namespace tocsin::program {

/// Checks at start that the first vault key is the one that the database knows by its id.
class vault_check {
public:
    /// Tries until the database answers; stops the loop where the key is wrong, because nothing sealed with
    /// it could be opened later.
    async::task<> run(db::pool& pool, crypto::vault const& vault, async::io_loop& loop);
    /// For readiness.
    async::task<result<>> ready() const;
    /// Throws std::runtime_error where the key is wrong.
    void throw_if_failed() const;

private:
    std::optional<result<>> outcome_;
};

}  // namespace tocsin::program
