#include "watchdog.hpp"

namespace tocsin::http {
namespace {

/// A composed operation may be between two of its parts when the deadline passes, so cancel repeatedly.
constexpr std::chrono::milliseconds cancel_interval{50};

}  // namespace

struct watchdog::state {
    boost::asio::steady_timer timer;
    boost::asio::ip::tcp::socket* socket;  ///< null after the watchdog is destroyed
    time_point deadline = time_point::max();
    time_point timer_deadline = time_point::max();  ///< when the timer fires; max: it is not set
    bool is_expired = false;
};

watchdog::watchdog(boost::asio::ip::tcp::socket& socket)
    : state_(std::make_shared<state>(boost::asio::steady_timer(socket.get_executor()), &socket)) {}

watchdog::~watchdog() {
    state_->socket = nullptr;
    state_->timer.cancel();
}

void watchdog::set(time_point deadline) {
    state_->deadline = deadline;
    state_->is_expired = false;
    if (deadline < state_->timer_deadline) arm(state_, deadline);
}

void watchdog::disarm() {
    set(time_point::max());
    state_->timer_deadline = time_point::max();
    state_->timer.cancel();
}

bool watchdog::is_expired() const noexcept {
    return state_->is_expired;
}

void watchdog::arm(std::shared_ptr<state> const& state, time_point deadline) {
    state->timer_deadline = deadline;
    state->timer.expires_at(deadline);
    state->timer.async_wait([state](boost::system::error_code const& cancelled) {
        if (cancelled || state->socket == nullptr) return;
        state->timer_deadline = time_point::max();
        auto const now = std::chrono::steady_clock::now();
        if (state->deadline == time_point::max()) return;
        if (now < state->deadline) return arm(state, state->deadline);
        state->is_expired = true;
        boost::system::error_code ignored;
        state->socket->cancel(ignored);
        arm(state, now + cancel_interval);
    });
}

}  // namespace tocsin::http
