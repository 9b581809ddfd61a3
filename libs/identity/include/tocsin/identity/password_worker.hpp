#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace tocsin::identity {

/// Password hashing on threads of its own: a hash takes tens of milliseconds and 19 MiB, so the number of
/// threads bounds the memory, and the I/O thread never waits for one. Awaiting coroutines continue on their
/// own executor.
class password_worker {
public:
    /// More than `queue` waiting and running: errc::unavailable at once.
    explicit password_worker(std::size_t threads = 2, std::size_t queue = 50);
    /// Waits for what runs.
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
