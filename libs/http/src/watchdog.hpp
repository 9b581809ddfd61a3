#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace tocsin::http {

/// Cancels a socket's pending operations at a deadline. The socket stays open, so that a response can still
/// be written. Moving the deadline to a later time costs no timer operation: the timer checks it when it
/// fires.
class watchdog {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `socket` must outlive this object.
    explicit watchdog(boost::asio::ip::tcp::socket& socket);
    ~watchdog();
    watchdog(watchdog const&) = delete;
    watchdog& operator=(watchdog const&) = delete;

    /// time_point::max(): never. Also resets `is_expired()`.
    void set(time_point deadline);
    /// No deadline and no pending timer, so that nothing keeps an event loop running.
    void disarm();
    bool is_expired() const noexcept;

private:
    struct state;
    static void arm(std::shared_ptr<state> const& state, time_point deadline);

    std::shared_ptr<state> state_;
};

}  // namespace tocsin::http
