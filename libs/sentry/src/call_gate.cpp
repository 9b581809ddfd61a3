#include "call_gate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace asio = boost::asio;

/// A place in the queue. Also gives it up when the waiting task is cancelled.
class call_gate::waiter {
public:
    explicit waiter(std::shared_ptr<call_gate> gate)
        : gate_(std::move(gate)),
          timer_(gate_->on_),
          place_(gate_->waiting_.insert(gate_->waiting_.end(), &timer_)) {}
    ~waiter() {
        gate_->waiting_.erase(place_);
        gate_->wake_first();
    }
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

    bool is_first() const noexcept { return gate_->waiting_.front() == &timer_; }
    asio::steady_timer& timer() noexcept { return timer_; }

private:
    std::shared_ptr<call_gate> gate_;
    asio::steady_timer timer_;
    std::list<asio::steady_timer*>::iterator place_;
};

async::task<std::optional<call_gate::pass>> call_gate::enter(call_rate::clock::time_point deadline) {
    auto const self = shared_from_this();
    waiter place(self);
    while (true) {
        auto const now = call_rate::clock::now();
        auto wait = call_rate::until_a_call_ends;
        if (place.is_first()) wait = rate_.start(now);
        if (wait == call_rate::clock::duration::zero()) co_return pass(self);
        auto const shortest =
            std::max(rate_.pause_left(now), wait == call_rate::until_a_call_ends ? wait.zero() : wait);
        if (now >= deadline || shortest >= deadline - now) co_return std::nullopt;
        place.timer().expires_at(wait == call_rate::until_a_call_ends ? deadline : now + wait);
        co_await place.timer().async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

void call_gate::pause_for(call_rate::clock::duration pause) {
    rate_.pause_until(call_rate::clock::now() + pause);
    for (auto* timer : waiting_) timer->cancel();  // to check the deadlines of the waiting calls again
}

void call_gate::leave() {
    rate_.end();
    wake_first();
}

void call_gate::wake_first() {
    if (!waiting_.empty()) waiting_.front()->cancel();
}

}  // namespace tocsin::sentry
