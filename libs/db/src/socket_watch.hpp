#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tocsin::db {

/// Shuts down sockets that are in use for too long, so that a blocking call on them fails at once: no timeout
/// of TCP detects a peer that acknowledges packets but never answers. Has a thread of its own. Thread-safe.
class socket_watch {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// For this number of sockets. `on_shutdown` is called on the thread of this object.
    socket_watch(std::size_t sockets, std::function<void()> on_shutdown);
    ~socket_watch();
    socket_watch(socket_watch const&) = delete;
    socket_watch& operator=(socket_watch const&) = delete;

    void begin(std::size_t index, int socket, time_point until);
    /// To be called before the socket is closed, because its descriptor may belong to another one then.
    void end(std::size_t index);

private:
    struct use {
        int socket = -1;
        time_point until = time_point::max();
    };
    void run(std::stop_token const& stop);

    std::function<void()> on_shutdown_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<use> uses_;
    std::jthread thread_;
};

}  // namespace tocsin::db
