#pragma once

#include <tocsin/db/pool.hpp>

#include <functional>
#include <memory>
#include <string>

namespace tocsin::db {

/// The connection URI of a pool: the operator's, with our role, timeouts, time zone and keepalives added to
/// its parameters.
std::string connection_uri(pool_options const& options);

/// One connection, used by one thread. After an exception it may be hurt: `usable()` tells, else it is thrown
/// away.
class connection {
public:
    explicit connection(pool_options const& options);
    ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// One transaction with the tenant set. Throws `serialization_conflict` where it is to be run again,
    /// `stale_connection` where it is to be run on a new connection.
    void transact(tenant of, std::function<void(transaction&)> const& work);
    /// False once anything went wrong that may have left the connection without its role or inside a
    /// transaction.
    bool usable() const noexcept;
    /// The socket, for the supervisor.
    int socket() const noexcept;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::db
