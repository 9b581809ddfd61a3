#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace tocsin::identity {

/// Hashes passwords on threads of its own. A hash takes tens of milliseconds and 19 MiB: the number of
/// threads bounds the memory, and the I/O thread never waits. Awaiting coroutines continue on their own
/// executor.
class password_worker {
public:
    /// With more than `queue` requests waiting or running: errc::unavailable at once.
    explicit password_worker(std::size_t threads = 2, std::size_t queue = 50);
    /// Waits for running requests.
    ~password_worker();
    password_worker(password_worker const&) = delete;
    password_worker& operator=(password_worker const&) = delete;

    async::task<result<std::string>> hash(secret password);
    async::task<result<bool>> verify(std::string stored, secret password);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::identity
