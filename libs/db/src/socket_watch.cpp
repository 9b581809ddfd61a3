#include "socket_watch.hpp"

#include <sys/socket.h>
#include <utility>

namespace tocsin::db {

socket_watch::socket_watch(std::size_t sockets, std::function<void()> on_shutdown)
    : on_shutdown_(std::move(on_shutdown)), uses_(sockets) {
    thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

socket_watch::~socket_watch() {
    thread_.request_stop();
    changed_.notify_all();
    thread_.join();
}

void socket_watch::begin(std::size_t index, int socket, time_point until) {
    std::lock_guard const lock(mutex_);
    uses_[index] = {socket, until};
}

void socket_watch::end(std::size_t index) {
    std::lock_guard const lock(mutex_);
    uses_[index] = {};
}

void socket_watch::run(std::stop_token const& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        changed_.wait_for(lock, std::chrono::milliseconds(100));
        for (auto& one : uses_) {
            if (one.socket < 0 || std::chrono::steady_clock::now() < one.until) continue;
            ::shutdown(one.socket, SHUT_RDWR);
            one.until = time_point::max();
            on_shutdown_();
        }
    }
}

}  // namespace tocsin::db
