#include "call_gate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace asio = boost::asio;

namespace {

using clock = call_rate::clock;

/// The longest pause, whatever Sentry, or a proxy in its place, asks for. A longer wait is for the caller
/// only: Sentry counts by organization, user, and endpoint.
constexpr std::chrono::seconds max_pause{5};

}  // namespace

/// A place in the order. Also gives it up when the waiting task is cancelled.
class call_gate::waiter : public call_order::place {
public:
    waiter(std::shared_ptr<call_gate> gate, caller who)
        : place{who, clock::now()}, gate_(std::move(gate)), timer_(gate_->on_) {
        gate_->order_.add(*this);
    }
    ~waiter() {
        gate_->order_.remove(*this);
        gate_->wake_next();
    }
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

    asio::steady_timer& timer() noexcept { return timer_; }

private:
    std::shared_ptr<call_gate> gate_;
    asio::steady_timer timer_;
};

async::task<std::optional<call_gate::pass>> call_gate::enter(caller who, clock::time_point deadline) {
    auto const self = shared_from_this();
    if (!order_.has_room_for(who)) co_return std::nullopt;
    waiter place(self, who);
    while (true) {
        auto const now = clock::now();
        auto wait = call_rate::until_a_call_ends;
        if (order_.next(now) == &place)
            wait = rate_.start(now);
        else
            wake_next();  // This call may have been next until now.
        if (wait == clock::duration::zero()) {
            order_.start(place);
            co_return pass(self, who);
        }
        auto until = deadline;
        if (auto const pause = order_.pause_left(who, now); pause > pause.zero())
            wait = std::min(wait, pause);
        if (wait != call_rate::until_a_call_ends) until = now + std::max(wait, pause_left(who));
        if (now >= deadline || pause_left(who) >= deadline - now || until > deadline) co_return std::nullopt;
        place.timer().expires_at(until);
        co_await place.timer().async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

void call_gate::pause(caller const& who, clock::duration pause) {
    auto const now = clock::now();
    auto const limited = std::min<clock::duration>(pause, max_pause);
    bool const whole_host = order_.pause(who, limited, now);
    if (whole_host) rate_.pause_until(now + limited);
    // So that they compare their deadlines with the pause.
    for (auto* const each : order_.waiting())
        if (whole_host || each->who.integration == who.integration)
            static_cast<waiter*>(each)->timer().cancel();
}

clock::duration call_gate::pause_left(caller const& who) const {
    auto const now = clock::now();
    return std::max(rate_.pause_left(now), order_.pause_left(who, now));
}

void call_gate::leave(caller const& who) {
    rate_.end();
    order_.end(who);
    wake_next();
}

void call_gate::wake_next() {
    if (auto* const next = order_.next(clock::now())) static_cast<waiter*>(next)->timer().cancel();
}

}  // namespace tocsin::sentry
