#include <tocsin/incidents/incident_rules.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::incidents;

namespace {

timestamp const now = *parse_rfc3339("2026-03-02T10:00:00Z");

incident_state state_with(status is) {
    incident_state state;
    state.status = is;
    if (is == status::acknowledged) state.acknowledged_at = now;
    if (is == status::resolved) {
        state.resolved_at = now;
        state.resolution = resolution::sentry;
    }
    return state;
}

enum class effect { change, none, error };

}  // namespace

BOOST_AUTO_TEST_SUITE(person_rules)

BOOST_AUTO_TEST_CASE(every_action_in_every_status) {
    struct {
        person_action action;
        status before;
        effect expected;
        status after;
    } const table[]{
        {person_action::acknowledge, status::open, effect::change, status::acknowledged},
        {person_action::acknowledge, status::acknowledged, effect::none, status::acknowledged},
        {person_action::acknowledge, status::resolved, effect::error, status::resolved},
        {person_action::unacknowledge, status::open, effect::none, status::open},
        {person_action::unacknowledge, status::acknowledged, effect::change, status::open},
        {person_action::unacknowledge, status::resolved, effect::error, status::resolved},
        {person_action::resolve, status::open, effect::change, status::resolved},
        {person_action::resolve, status::acknowledged, effect::change, status::resolved},
        {person_action::resolve, status::resolved, effect::none, status::resolved},
        {person_action::reopen, status::open, effect::error, status::open},
        {person_action::reopen, status::acknowledged, effect::error, status::acknowledged},
        {person_action::reopen, status::resolved, effect::change, status::open},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(to_string(row.action) << " when " << to_string(row.before)) {
            auto const after = apply_action(row.action, state_with(row.before), now);
            BOOST_TEST(after.has_value() == (row.expected != effect::error));
            if (!after) {
                BOOST_TEST((after.error().code == errc::illegal_transition));
                continue;
            }
            BOOST_TEST(after->has_value() == (row.expected == effect::change));
            if (!*after) continue;
            BOOST_TEST(to_string((**after).status) == to_string(row.after));
            BOOST_TEST((**after).resolved_at.has_value() == (row.after == status::resolved));
            BOOST_TEST((**after).resolution.has_value() == (row.after == status::resolved));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
