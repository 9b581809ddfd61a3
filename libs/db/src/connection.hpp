#pragma once

#include <tocsin/db/pool.hpp>

#include <functional>
#include <memory>
#include <string>

namespace tocsin::db {

/// The operator's URI with the pool's role, timeouts, time zone, and keepalives added to its parameters.
std::string connection_uri(pool_options const& options);

/// A connection, used by one thread. After an exception it may only be used if `usable()`.
class connection {
public:
    explicit connection(pool_options const& options);
    ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// Runs `work` in a transaction of the tenant. Throws `serialization_conflict` if it must run again, and
    /// `stale_connection` if it must run on a new connection.
    void transact(tenant who, std::function<void(transaction&)> const& work);
    /// False after an error that may have left the connection without its role or inside a transaction.
    bool usable() const noexcept;
    /// The socket, for the supervisor.
    int socket() const noexcept;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::db
