#pragma once

#include <tocsin/oncall/types.hpp>

#include <functional>
#include <vector>

namespace tocsin::oncall {

/// A person whom a step pages.
struct called_person {
    user_id user;
    oncall::urgency urgency = urgency::high;

    friend bool operator==(called_person const&, called_person const&) = default;
};

/// What happens when an alarm is due.
struct advance_outcome {
    /// The step whose people are paged. Steps that reach no person are skipped at once.
    position fired;
    std::vector<called_person> people;
    position next;
    std::chrono::seconds wait{0};  ///< until `next` is due
    /// The ladder has ended, and `people` are those of the last resort, if it has one.
    bool is_exhausted = false;
    bool is_unreachable = false;  ///< no step reaches a person
};

/// The people whom a target stands for at this moment.
using find_people = std::function<std::vector<user_id>(target const&)>;

/// The wait after the last step of a lap is at least this long.
inline constexpr std::chrono::seconds shortest_lap_end{60};

advance_outcome advance(ladder const& of, position at, urgency alarm_urgency, find_people const& people);

}  // namespace tocsin::oncall
