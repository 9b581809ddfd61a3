#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/grants/types.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>

namespace tocsin::grants {

/// Limits the concurrent calls through each integration, and lets its grants take turns: a grant with many
/// waiting calls does not delay the others. Belongs to the executor's thread.
class fair_gate : public std::enable_shared_from_this<fair_gate> {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// The right to call; ends with the object.
    class pass {
    public:
        pass(std::shared_ptr<fair_gate> gate, integration_id integration) noexcept
            : gate_(std::move(gate)), integration_(integration) {}
        pass(pass&&) noexcept = default;
        pass& operator=(pass&&) = delete;
        ~pass() {
            if (gate_) gate_->leave(integration_);
        }

    private:
        std::shared_ptr<fair_gate> gate_;
        integration_id integration_;
    };

    explicit fair_gate(std::size_t max_calls) : max_calls_(max_calls) {}

    /// Nothing if the turn does not come before `deadline`.
    async::task<std::optional<pass>> enter(integration_id integration, grant_id grant, time_point deadline);

private:
    struct waiter {
        boost::asio::steady_timer timer;
        bool has_turn = false;
    };
    struct queue {
        std::size_t calls = 0;
        std::map<grant_id, std::deque<waiter*>> waiting;  ///< without empty ones
        std::deque<grant_id> turns;                       ///< the grants with waiting calls, next one first
    };

    void leave(integration_id integration);
    static void remove(queue& from, grant_id grant, waiter const* which);

    std::size_t max_calls_;
    std::map<integration_id, queue> queues_;
};

}  // namespace tocsin::grants
