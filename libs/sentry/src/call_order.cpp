#include "call_order.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace tocsin::sentry {

namespace {

/// Of calls whose number a member of an organization decides.
bool is_limited(caller const& who) noexcept {
    return who.priority != call_priority::refresh;
}

call_priority priority_of(call_order::place const& waiting, call_order::clock::time_point now) noexcept {
    auto const priority = waiting.who.priority;
    bool const is_old = now - waiting.since >= call_order::patience;
    return priority == call_priority::background && is_old ? call_priority::person : priority;
}

}  // namespace

bool call_order::has_room_for(caller const& who) const {
    auto const own = organizations_.find(who.organization);
    return !is_limited(who) || own == organizations_.end() || own->second.limited_waiting < limits_.waiting;
}

void call_order::add(place& waiting) {
    waiting_.push_back(&waiting);
    auto& own = organizations_[waiting.who.organization];
    ++own.waiting;
    if (is_limited(waiting.who)) ++own.limited_waiting;
}

void call_order::remove(place& waiting) noexcept {
    waiting_.remove(&waiting);
    auto& own = organizations_.find(waiting.who.organization)->second;
    --own.waiting;
    if (is_limited(waiting.who)) --own.limited_waiting;
    forget_if_idle(waiting.who.organization);
}

call_order::place* call_order::next(clock::time_point now) const {
    place* best = nullptr;
    std::tuple<call_priority, std::uint64_t> best_rank;
    for (auto* const each : waiting_) {
        auto const& own = organizations_.find(each->who.organization)->second;
        if (is_limited(each->who) && own.running >= limits_.running) continue;
        if (pause_left(each->who, now) > clock::duration::zero()) continue;
        std::tuple const rank{priority_of(*each, now), own.last_turn};
        if (best == nullptr || rank < best_rank) {
            best = each;
            best_rank = rank;
        }
    }
    return best;
}

void call_order::start(place const& started) {
    auto& own = organizations_.find(started.who.organization)->second;
    own.last_turn = ++turns_;
    if (is_limited(started.who)) ++own.running;
}

void call_order::end(caller const& who) noexcept {
    if (is_limited(who)) --organizations_.find(who.organization)->second.running;
    forget_if_idle(who.organization);
}

void call_order::forget_if_idle(organization_id organization) noexcept {
    auto const own = organizations_.find(organization);
    if (own != organizations_.end() && own->second.waiting == 0 && own->second.running == 0)
        organizations_.erase(own);
}

bool call_order::pause(caller const& who, clock::duration pause, clock::time_point now) {
    std::erase_if(refusals_, [now](auto const& each) {
        return now - each.second.at > refusal_window && each.second.paused_until <= now;
    });
    auto& own = refusals_[who.integration];
    own = {who.organization, now, std::max(own.paused_until, now + pause)};

    constexpr std::size_t several_integrations = 3;
    constexpr std::size_t several_organizations = 2;
    std::size_t refused = 0;
    std::set<organization_id> organizations;
    for (auto const& [integration, each] : refusals_) {
        if (now - each.at > refusal_window) continue;
        ++refused;
        organizations.insert(each.organization);
    }
    return refused >= several_integrations && organizations.size() >= several_organizations;
}

call_order::clock::duration call_order::pause_left(caller const& who, clock::time_point now) const {
    // A code would expire meanwhile.
    if (who.priority == call_priority::exchange) return clock::duration::zero();
    auto const own = refusals_.find(who.integration);
    if (own == refusals_.end()) return clock::duration::zero();
    return std::max(own->second.paused_until - now, clock::duration::zero());
}

}  // namespace tocsin::sentry
