#pragma once

#include "call_rate.hpp"

#include <tocsin/async/task.hpp>

#include <boost/asio/steady_timer.hpp>

#include <list>
#include <memory>
#include <optional>

namespace tocsin::sentry {

/// Lets coroutines wait, first come first served, until `call_rate` lets their call begin. Belongs to the
/// executor's thread; passes and waiters may outlive the gate's owner.
class call_gate : public std::enable_shared_from_this<call_gate> {
public:
    /// A call under way; ends with this object.
    class pass {
    public:
        explicit pass(std::shared_ptr<call_gate> of) noexcept : gate_(std::move(of)) {}
        pass(pass&&) noexcept = default;
        pass& operator=(pass&&) = delete;
        ~pass() {
            if (gate_) gate_->leave();
        }

    private:
        std::shared_ptr<call_gate> gate_;
    };

    call_gate(async::executor on, call_rate rate) : on_(std::move(on)), rate_(rate) {}

    /// Nothing where the call could not begin by `deadline`; at once where that is known already.
    async::task<std::optional<pass>> enter(call_rate::clock::time_point deadline);
    void pause_for(call_rate::clock::duration wish);
    call_rate::clock::duration pause_left() const noexcept {
        return rate_.pause_left(call_rate::clock::now());
    }

private:
    class waiter;

    void leave();
    void wake_first();

    async::executor on_;
    call_rate rate_;
    std::list<boost::asio::steady_timer*> waiting_;
};

}  // namespace tocsin::sentry
