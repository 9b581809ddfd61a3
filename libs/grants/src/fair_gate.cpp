#include <tocsin/grants/fair_gate.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace tocsin::grants {

namespace asio = boost::asio;

async::task<std::optional<fair_gate::pass>> fair_gate::enter(
    integration_id integration, grant_id grant, time_point deadline
) {
    auto const self = shared_from_this();
    auto& queue = queues_[integration];
    if (queue.calls < max_calls_) {
        ++queue.calls;
        co_return pass(self, integration);
    }
    waiter own{asio::steady_timer(co_await asio::this_coro::executor, deadline)};
    auto& lane = queue.waiting[grant];
    if (lane.empty()) queue.turns.push_back(grant);
    lane.push_back(&own);
    // Also if the waiting coroutine is cancelled.
    auto const forget = [&queue, grant](waiter const* which) {
        if (!which->has_turn) remove(queue, grant, which);
    };
    std::unique_ptr<waiter, decltype(forget)> const place(&own, forget);
    co_await own.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!own.has_turn) co_return std::nullopt;
    co_return pass(self, integration);
}

/// The place of the call that ended passes to the next one, if any waits.
void fair_gate::leave(integration_id integration) {
    auto const entry = queues_.find(integration);
    auto& queue = entry->second;
    if (queue.turns.empty()) {
        if (--queue.calls == 0) queues_.erase(entry);
        return;
    }
    auto const grant = queue.turns.front();
    queue.turns.pop_front();
    auto const lane = queue.waiting.find(grant);
    auto* const next = lane->second.front();
    lane->second.pop_front();
    if (lane->second.empty()) {
        queue.waiting.erase(lane);
    } else {
        queue.turns.push_back(grant);
    }
    next->has_turn = true;
    next->timer.cancel();
}

void fair_gate::remove(queue& from, grant_id grant, waiter const* which) {
    auto const lane = from.waiting.find(grant);
    if (lane == from.waiting.end()) return;
    std::erase(lane->second, which);
    if (!lane->second.empty()) return;
    from.waiting.erase(lane);
    std::erase(from.turns, grant);
}

}  // namespace tocsin::grants
