#include "call_gate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace asio = boost::asio;

/// A place in the queue, given up also where the waiting task is cancelled.
class call_gate::waiter {
public:
    explicit waiter(std::shared_ptr<call_gate> at)
        : gate_(std::move(at)),
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
    waiter me(self);
    while (true) {
        auto const now = call_rate::clock::now();
        auto wait = call_rate::until_one_ends;
        if (me.is_first()) wait = rate_.begin(now);
        if (wait == call_rate::clock::duration::zero()) co_return pass(self);
        auto const known =
            std::max(rate_.pause_left(now), wait == call_rate::until_one_ends ? wait.zero() : wait);
        if (now >= deadline || known >= deadline - now) co_return std::nullopt;
        me.timer().expires_at(wait == call_rate::until_one_ends ? deadline : now + wait);
        co_await me.timer().async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

void call_gate::pause_for(call_rate::clock::duration wish) {
    rate_.pause_until(call_rate::clock::now() + wish);
    for (auto* timer : waiting_) timer->cancel();  // those who cannot wait that long learn it now
}

void call_gate::leave() {
    rate_.end();
    wake_first();
}

void call_gate::wake_first() {
    if (!waiting_.empty()) waiting_.front()->cancel();
}

}  // namespace tocsin::sentry
