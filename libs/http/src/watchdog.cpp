#include "watchdog.hpp"

namespace tocsin::http {
namespace {

/// A composed operation may be between two of its parts when the deadline passes: cancel again until somebody
/// has noticed.
constexpr std::chrono::milliseconds repeat{50};

}  // namespace

struct watchdog::state {
    boost::asio::steady_timer timer;
    boost::asio::ip::tcp::socket* socket;  ///< null once the watchdog is gone
    time_point deadline = time_point::max();
    time_point armed = time_point::max();  ///< when the timer fires; max: not set
    bool expired = false;
};

watchdog::watchdog(boost::asio::ip::tcp::socket& socket)
    : state_(std::make_shared<state>(boost::asio::steady_timer(socket.get_executor()), &socket)) {}

watchdog::~watchdog() {
    state_->socket = nullptr;
    state_->timer.cancel();
}

void watchdog::set(time_point deadline) {
    state_->deadline = deadline;
    state_->expired = false;
    if (deadline < state_->armed) arm(state_, deadline);
}

void watchdog::rest() {
    set(time_point::max());
    state_->armed = time_point::max();
    state_->timer.cancel();
}

bool watchdog::expired() const noexcept {
    return state_->expired;
}

void watchdog::arm(std::shared_ptr<state> const& watched, time_point at) {
    watched->armed = at;
    watched->timer.expires_at(at);
    watched->timer.async_wait([watched](boost::system::error_code const& cancelled) {
        if (cancelled || watched->socket == nullptr) return;
        watched->armed = time_point::max();
        auto const now = std::chrono::steady_clock::now();
        if (watched->deadline == time_point::max()) return;
        if (now < watched->deadline) return arm(watched, watched->deadline);
        watched->expired = true;
        boost::system::error_code ignored;
        watched->socket->cancel(ignored);
        arm(watched, now + repeat);
    });
}

}  // namespace tocsin::http
