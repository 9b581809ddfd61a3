#pragma once

#include "call_order.hpp"
#include "call_rate.hpp"

#include <tocsin/async/task.hpp>
#include <tocsin/sentry/caller.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace tocsin::sentry {

/// Lets coroutines wait until `call_rate` allows a call to the host and `call_order` gives them the turn.
/// Belongs to the executor's thread. Passes and waiting coroutines may outlive the gate's owner.
class call_gate : public std::enable_shared_from_this<call_gate> {
public:
    /// A call in progress. It ends with this object.
    class pass {
    public:
        pass(std::shared_ptr<call_gate> gate, caller who) noexcept : gate_(std::move(gate)), who_(who) {}
        pass(pass&&) noexcept = default;
        pass& operator=(pass&&) = delete;
        ~pass() {
            if (gate_) gate_->leave(who_);
        }

    private:
        std::shared_ptr<call_gate> gate_;
        caller who_;
    };

    call_gate(async::executor executor, call_rate rate, call_order::limits per_organization)
        : on_(std::move(executor)), rate_(rate), order_(per_organization) {}

    /// None if the call cannot start by `deadline`, or too many of its organization are waiting; returns as
    /// soon as that is known.
    async::task<std::optional<pass>> enter(caller who, call_rate::clock::time_point deadline);
    /// Sentry has refused a call because there were too many, and asks for a pause.
    void pause(caller const& who, call_rate::clock::duration pause);
    call_rate::clock::duration pause_left(caller const& who) const;

private:
    class waiter;

    void leave(caller const& who);
    void wake_next();

    async::executor on_;
    call_rate rate_;
    call_order order_;
};

}  // namespace tocsin::sentry
