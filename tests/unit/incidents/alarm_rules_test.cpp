// What a change of an incident does to its alarm.
#include "rules/alarm_rules.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using namespace tocsin::incidents;

BOOST_AUTO_TEST_SUITE(alarm_changes)

namespace {

incident_state state(status is, severity of = severity::error) {
    incident_state made;
    made.status = is;
    made.severity = of;
    return made;
}

std::string change(std::optional<incident_state> const& before, incident_state const& after) {
    auto const found = alarm_change_of(before ? std::optional(alarm_basis_of(*before)) : std::nullopt, after);
    std::string text;
    if (found.end) text += "end " + std::string(to_string(*found.end)) + " ";
    if (found.begin) text += "begin " + std::string(to_string(*found.begin)) + " ";
    if (found.lifted_from) text += "from " + std::string(to_string(*found.lifted_from)) + " ";
    return text.empty() ? "nothing" : text.substr(0, text.size() - 1);
}

auto const open = state(status::open);
auto const acknowledged = state(status::acknowledged);
auto const resolved = state(status::resolved);
auto const critical = state(status::open, severity::critical);

incident_state test_of(incident_state of) {
    of.is_test = true;
    return of;
}
incident_state moved(incident_state of) {
    of.service = {uuid({1})};
    return of;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_status_begins_or_ends_the_alarm) {
    BOOST_TEST(change(std::nullopt, open) == "begin opened");
    BOOST_TEST(change(std::nullopt, resolved) == "nothing");
    BOOST_TEST(change(open, open) == "nothing");
    BOOST_TEST(change(open, acknowledged) == "end acknowledged");
    BOOST_TEST(change(open, resolved) == "end resolved");
    BOOST_TEST(change(acknowledged, acknowledged) == "nothing");
    BOOST_TEST(change(acknowledged, open) == "begin unacknowledged");
    BOOST_TEST(change(acknowledged, resolved) == "end resolved");
    BOOST_TEST(change(resolved, open) == "begin reopened");
    BOOST_TEST(change(resolved, resolved) == "nothing");
}

BOOST_AUTO_TEST_CASE(a_raised_severity_begins_it_again) {
    BOOST_TEST(change(open, critical) == "begin raised");
    BOOST_TEST(change(critical, open) == "nothing");
    BOOST_TEST(
        change(acknowledged, state(status::acknowledged, severity::critical)) == "begin raised from error"
    );
    BOOST_TEST(change(open, state(status::acknowledged, severity::critical)) == "end acknowledged");
    BOOST_TEST(change(resolved, critical) == "begin reopened");
}

BOOST_AUTO_TEST_CASE(another_service_pages_its_own_people) {
    BOOST_TEST(change(open, moved(open)) == "end moved begin moved");
    BOOST_TEST(change(acknowledged, moved(acknowledged)) == "end moved");
    BOOST_TEST(change(resolved, moved(resolved)) == "nothing");
    BOOST_TEST(change(resolved, moved(open)) == "begin reopened");
}

BOOST_AUTO_TEST_CASE(a_test_notification_pages_no_person) {
    BOOST_TEST(change(std::nullopt, test_of(open)) == "nothing");
    BOOST_TEST(change(test_of(resolved), test_of(open)) == "nothing");
    BOOST_TEST(change(test_of(open), test_of(critical)) == "nothing");
}

BOOST_AUTO_TEST_SUITE_END()
