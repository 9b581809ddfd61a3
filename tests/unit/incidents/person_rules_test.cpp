#include <tocsin/incidents/incident_rules.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::incidents;

namespace {

timestamp const now = *parse_rfc3339("2026-03-02T10:00:00Z");

incident_state in_status(status of) {
    incident_state state;
    state.status = of;
    if (of == status::acknowledged) state.acknowledged_at = now;
    if (of == status::resolved) {
        state.resolved_at = now;
        state.resolution = resolution::sentry;
    }
    return state;
}

enum class then { changes, holds_already, impossible };

}  // namespace

BOOST_AUTO_TEST_SUITE(person_rules)

BOOST_AUTO_TEST_CASE(every_action_in_every_status) {
    struct {
        person_action action;
        status before;
        then result;
        status after;
    } const table[]{
        {person_action::acknowledge, status::open, then::changes, status::acknowledged},
        {person_action::acknowledge, status::acknowledged, then::holds_already, status::acknowledged},
        {person_action::acknowledge, status::resolved, then::impossible, status::resolved},
        {person_action::unacknowledge, status::open, then::holds_already, status::open},
        {person_action::unacknowledge, status::acknowledged, then::changes, status::open},
        {person_action::unacknowledge, status::resolved, then::impossible, status::resolved},
        {person_action::resolve, status::open, then::changes, status::resolved},
        {person_action::resolve, status::acknowledged, then::changes, status::resolved},
        {person_action::resolve, status::resolved, then::holds_already, status::resolved},
        {person_action::reopen, status::open, then::impossible, status::open},
        {person_action::reopen, status::acknowledged, then::impossible, status::acknowledged},
        {person_action::reopen, status::resolved, then::changes, status::open},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(to_string(row.action) << " when " << to_string(row.before)) {
            auto const made = apply(row.action, in_status(row.before), now);
            BOOST_TEST(made.has_value() == (row.result != then::impossible));
            if (!made) {
                BOOST_TEST((made.error().code == errc::illegal_transition));
                continue;
            }
            BOOST_TEST(made->has_value() == (row.result == then::changes));
            if (!*made) continue;
            BOOST_TEST(to_string((**made).status) == to_string(row.after));
            BOOST_TEST((**made).resolved_at.has_value() == (row.after == status::resolved));
            BOOST_TEST((**made).resolution.has_value() == (row.after == status::resolved));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
