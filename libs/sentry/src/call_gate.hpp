#pragma once

#include "call_rate.hpp"

#include <tocsin/async/task.hpp>

#include <boost/asio/steady_timer.hpp>

#include <list>
#include <memory>
#include <optional>

namespace tocsin::sentry {

/// A queue of coroutines that wait, in order, until `call_rate` allows their call. Belongs to the executor's
/// thread. Passes and waiting coroutines may outlive the gate's owner.
class call_gate : public std::enable_shared_from_this<call_gate> {
public:
    /// A call in progress. It ends with this object.
    class pass {
    public:
        explicit pass(std::shared_ptr<call_gate> gate) noexcept : gate_(std::move(gate)) {}
        pass(pass&&) noexcept = default;
        pass& operator=(pass&&) = delete;
        ~pass() {
            if (gate_) gate_->leave();
        }

    private:
        std::shared_ptr<call_gate> gate_;
    };

    call_gate(async::executor executor, call_rate rate) : on_(std::move(executor)), rate_(rate) {}

    /// None if the call cannot start by `deadline`; returns as soon as that is known.
    async::task<std::optional<pass>> enter(call_rate::clock::time_point deadline);
    void pause_for(call_rate::clock::duration pause);
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
