#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace tocsin::http {

/// Ends a socket's pending operations at a deadline by cancelling them; the socket stays open, so that an
/// answer can still be written. A later deadline costs no timer operation: the timer that is already set
/// looks again when it fires.
class watchdog {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `socket` must outlive this object.
    explicit watchdog(boost::asio::ip::tcp::socket& socket);
    ~watchdog();
    watchdog(watchdog const&) = delete;
    watchdog& operator=(watchdog const&) = delete;

    /// time_point::max(): never. Also forgets that an earlier deadline passed.
    void set(time_point deadline);
    /// No deadline, and no timer left either: nothing here keeps an event loop running.
    void rest();
    bool expired() const noexcept;

private:
    struct state;
    static void arm(std::shared_ptr<state> const& watched, time_point at);

    std::shared_ptr<state> state_;
};

}  // namespace tocsin::http
