// What happens when an alarm is due.
#include <tocsin/oncall/alarm_rules.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

using namespace tocsin;
using namespace tocsin::oncall;

BOOST_AUTO_TEST_SUITE(alarm_rules)

namespace {

user_id person(std::uint8_t number) {
    uuid::bytes_type bytes{};
    bytes[15] = number;
    return {uuid(bytes)};
}

target user(std::string const& name, target_urgency urgency = target_urgency::as_is) {
    return {target_kind::user, name, urgency};
}

step after(int minutes, std::vector<target> targets) {
    return {std::chrono::minutes(minutes), std::move(targets)};
}

/// ann is 1, bob 2; the admins are 8 and 9; others have left.
std::vector<user_id> people(target const& called) {
    static std::map<std::string, std::vector<user_id>> const known{
        {"ann", {person(1)}}, {"bob", {person(2)}}, {"admin", {person(8), person(9)}}
    };
    auto const found = known.find(called.id);
    return found == known.end() ? std::vector<user_id>{} : found->second;
}
std::vector<user_id> no_people(target const&) {
    return {};
}

/// `1 high, 2 low -> lap.step in 300 s`, with what ended.
std::string text(advance_outcome const& outcome) {
    std::string text;
    for (auto const& [user, urgency] : outcome.people)
        text += (text.empty() ? "" : ", ") + std::to_string(user.value.bytes()[15]) + " " +
                std::string(to_string(urgency));
    text += " by " + std::to_string(outcome.fired.lap) + "." + std::to_string(outcome.fired.step);
    if (outcome.is_unreachable) text += ", unreachable";
    if (outcome.is_exhausted) return text + ", exhausted";
    return text + " -> " + std::to_string(outcome.next.lap) + "." + std::to_string(outcome.next.step) +
           " in " + std::to_string(outcome.wait.count());
}

std::string at(ladder const& of, int lap, int step, urgency alarm = urgency::high) {
    return text(advance(of, {lap, step}, alarm, people));
}

}  // namespace

BOOST_AUTO_TEST_CASE(steps_follow_one_another_lap_by_lap_until_the_last_resort) {
    ladder const two{2, true, {after(5, {user("ann")}), after(10, {user("bob")})}};
    BOOST_TEST(at(two, 1, 0) == "1 high by 1.0 -> 1.1 in 300");
    BOOST_TEST(at(two, 1, 1) == "2 high by 1.1 -> 2.0 in 600");
    BOOST_TEST(at(two, 2, 0) == "1 high by 2.0 -> 2.1 in 300");
    BOOST_TEST(at(two, 2, 1) == "2 high by 2.1 -> 2.2 in 600");
    BOOST_TEST(at(two, 2, 2) == "8 high, 9 high by 2.2, exhausted");
    ladder const without{1, false, {after(5, {user("ann")})}};
    BOOST_TEST(at(without, 1, 1) == " by 1.1, exhausted");
}

BOOST_AUTO_TEST_CASE(a_step_without_people_is_skipped_at_once) {
    ladder const gap{2, true, {after(5, {user("gone")}), after(10, {user("bob")}), after(15, {})}};
    BOOST_TEST(at(gap, 1, 0) == "2 high by 1.1 -> 1.2 in 600");
    BOOST_TEST(at(gap, 1, 2) == "2 high by 2.1 -> 2.2 in 600");
    BOOST_TEST(at(gap, 2, 2) == "8 high, 9 high by 2.3, exhausted");
}

BOOST_AUTO_TEST_CASE(a_policy_that_reaches_no_person_pages_the_last_resort_at_once) {
    for (bool const last_resort : {true, false}) {
        BOOST_TEST(
            at({3, last_resort, {after(5, {user("gone")}), after(5, {})}}, 1, 0) ==
                "8 high, 9 high by 2.2, unreachable, exhausted",
            last_resort
        );
        // Its policy was deleted.
        BOOST_TEST(at({3, last_resort, {}}, 1, 0) == "8 high, 9 high by 1.0, unreachable, exhausted");
    }
    auto const none = advance({1, true, {after(5, {user("ann")})}}, {}, urgency::high, no_people);
    BOOST_TEST(text(none) == " by 1.1, unreachable, exhausted");
}

BOOST_AUTO_TEST_CASE(urgency_is_the_alarms_or_the_targets) {
    auto const mixed = [](target_urgency ann) {
        return ladder{1, true, {after(5, {user("ann", ann), user("bob")})}};
    };
    BOOST_TEST(at(mixed(target_urgency::as_is), 1, 0, urgency::low) == "1 low, 2 low by 1.0 -> 1.1 in 300");
    BOOST_TEST(at(mixed(target_urgency::high), 1, 0, urgency::low) == "1 high, 2 low by 1.0 -> 1.1 in 300");
    BOOST_TEST(at(mixed(target_urgency::low), 1, 0) == "1 low, 2 high by 1.0 -> 1.1 in 300");
}

BOOST_AUTO_TEST_CASE(a_person_is_paged_once_by_a_step_with_the_higher_urgency) {
    ladder const twice{
        1, true, {after(5, {user("ann", target_urgency::low), user("ann"), user("bob"), user("ann")})}
    };
    BOOST_TEST(at(twice, 1, 0) == "1 high, 2 high by 1.0 -> 1.1 in 300");
}

BOOST_AUTO_TEST_CASE(a_lap_does_not_end_at_once) {
    ladder const fast{2, true, {after(0, {user("ann")}), after(0, {user("bob")})}};
    BOOST_TEST(at(fast, 1, 0) == "1 high by 1.0 -> 1.1 in 0");
    BOOST_TEST(at(fast, 1, 1) == "2 high by 1.1 -> 2.0 in 60");
}

BOOST_AUTO_TEST_SUITE_END()
