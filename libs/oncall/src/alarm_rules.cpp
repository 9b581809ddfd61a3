#include <tocsin/oncall/alarm_rules.hpp>

#include <algorithm>

namespace tocsin::oncall {

namespace {

target const last_resort{target_kind::role, "admin"};

urgency urgency_of(target const& called, urgency alarm_urgency) {
    switch (called.urgency) {
        case target_urgency::high:
            return urgency::high;
        case target_urgency::low:
            return urgency::low;
        case target_urgency::as_is:
            break;
    }
    return alarm_urgency;
}

/// Each person once, with the higher urgency.
void add(std::vector<called_person>& to, target const& called, urgency alarm, find_people const& people) {
    auto const urgency = urgency_of(called, alarm);
    for (auto const& user : people(called)) {
        auto const known = std::ranges::find(to, user, &called_person::user);
        if (known == to.end())
            to.push_back({user, urgency});
        else
            known->urgency = std::min(known->urgency, urgency);
    }
}

position after(ladder const& of, position at) {
    auto const steps = static_cast<int>(of.steps.size());
    if (at.step + 1 < steps) return {at.lap, at.step + 1};
    if (at.lap < of.laps) return {at.lap + 1, 0};
    return {at.lap, steps};
}

}  // namespace

advance_outcome advance(ladder const& of, position at, urgency alarm_urgency, find_people const& people) {
    auto const steps = static_cast<int>(of.steps.size());
    bool const is_new = at == position{};
    advance_outcome outcome;
    // Each step at most once: after that, no step reaches a person.
    for (int tried = 0; tried < steps && at.step < steps; ++tried) {
        auto const& due = of.steps[static_cast<std::size_t>(at.step)];
        for (auto const& called : due.targets) add(outcome.people, called, alarm_urgency, people);
        if (!outcome.people.empty()) {
            outcome.fired = at;
            outcome.next = after(of, at);
            outcome.wait = at.step + 1 < steps ? due.wait : std::max(due.wait, shortest_lap_end);
            return outcome;
        }
        at = after(of, at);
    }
    outcome.fired = outcome.next = {at.lap, steps};
    outcome.is_exhausted = true;
    outcome.is_unreachable = is_new;
    if (of.last_resort || is_new) add(outcome.people, last_resort, alarm_urgency, people);
    return outcome;
}

}  // namespace tocsin::oncall
