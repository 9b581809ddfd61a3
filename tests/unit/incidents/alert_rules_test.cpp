#include "rule_cases.hpp"

using namespace tocsin;
using namespace tocsin::incidents;
using namespace tocsin::incidents::test;

BOOST_AUTO_TEST_SUITE(alert_rules)

BOOST_AUTO_TEST_CASE(alerts_open_attach_and_reopen) {
    auto const alert = [](auto change) {
        return [change](situation& s) {
            s.resource = "event_alert";
            s.action = "triggered";
            change(s);
        };
    };
    check_table({
        {"opens", alert([](situation&) {}), outcome::opened, change::open},
        {"attaches",
         alert([](situation& s) { s.known = incident_with(status::open); }),
         outcome::updated,
         change::update},
        {"attaches to an acknowledged incident",
         alert([](situation& s) { s.known = incident_with(status::acknowledged); }),
         outcome::updated,
         change::update},
        {"reopens",
         alert([](situation& s) { s.known = incident_with(status::resolved); }),
         outcome::reopened,
         change::update},
        {"an event that is older than the resolution",
         alert([](situation& s) { s.known = incident_with(status::resolved, now - 10s); }),
         outcome::stale,
         change::note},
        {"opens a linked incident after the window",
         alert([](situation& s) { s.known = incident_with(status::resolved, now - 24h * 30); }),
         outcome::opened,
         change::open},
        {"attach only, nothing open",
         alert([](situation& s) { s.route.attach_only = true; }),
         outcome::ignored,
         change::none},
        {"attach only, open",
         alert([](situation& s) {
             s.route.attach_only = true;
             s.known = incident_with(status::open);
         }),
         outcome::updated,
         change::update},
        {"the same event under the same rule",
         alert([](situation& s) {
             s.context.event_applied = true;
             s.known = incident_with(status::open);
         }),
         outcome::duplicate,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(errors_are_counted_and_open_only_if_the_mapping_allows_it) {
    auto const error = [](auto change) {
        return [change](situation& s) {
            s.resource = "error";
            change(s);
        };
    };
    check_table({
        {"opens nothing", error([](situation&) {}), outcome::ignored, change::none},
        {"opens if the mapping allows it",
         error([](situation& s) { s.route.open_on_error = true; }),
         outcome::opened,
         change::open},
        {"counts",
         error([](situation& s) { s.known = incident_with(status::open); }),
         outcome::updated,
         change::update},
        {"reopens",
         error([](situation& s) { s.known = incident_with(status::resolved); }),
         outcome::reopened,
         change::update},
        {"older than the resolution",
         error([](situation& s) { s.known = incident_with(status::resolved, now - 10s); }),
         outcome::stale,
         change::note},
        {"the same event again",
         error([](situation& s) {
             s.context.event_applied = true;
             s.known = incident_with(status::open);
         }),
         outcome::duplicate,
         change::none},
        {"without a mapping", error([](situation& s) { s.route = {}; }), outcome::unmapped, change::none},
    });
}

BOOST_AUTO_TEST_CASE(metric_alerts_open_raise_and_resolve) {
    auto const metric = [](char const* action, auto change) {
        return [=](situation& s) {
            s.resource = "metric_alert";
            s.action = action;
            change(s);
        };
    };
    auto const open_one = [](situation& s) { s.known = incident_with(status::open); };
    auto const resolved_one = [](situation& s) { s.known = incident_with(status::resolved); };
    auto const nothing = [](situation&) {};
    check_table({
        {"critical opens", metric("critical", nothing), outcome::opened, change::open},
        {"warning opens", metric("warning", nothing), outcome::opened, change::open},
        {"open opens", metric("open", nothing), outcome::opened, change::open},
        {"critical raises", metric("critical", open_one), outcome::updated, change::update},
        {"critical reopens", metric("critical", resolved_one), outcome::reopened, change::update},
        {"resolved resolves", metric("resolved", open_one), outcome::resolved, change::update},
        {"resolved again", metric("resolved", resolved_one), outcome::ignored, change::none},
        {"resolved without an incident", metric("resolved", nothing), outcome::ignored, change::none},
        {"critical in a period that has ended",
         metric("critical", [](situation& s) { s.context.history.period_closed = 789; }),
         outcome::stale,
         change::none},
        {"critical in the next period",
         metric("critical", [](situation& s) { s.context.history.period_closed = 788; }),
         outcome::opened,
         change::open},
        {"the end of an earlier period",
         metric(
             "resolved",
             [](situation& s) {
                 s.known = incident_with(status::open);
                 s.context.history.period_fired = 790;
             }
         ),
         outcome::stale,
         change::none},
        {"an unknown action", metric("wobbled", open_one), outcome::ignored, change::none},
        {"no mapping", metric("critical", [](situation& s) { s.route = {}; }), outcome::unmapped, change::none
        },
        {"environment filters do not apply",
         metric("critical", [](situation& s) { s.route.environments = {"production"}; }),
         outcome::opened,
         change::open},
    });

    situation critical;
    critical.resource = "metric_alert";
    critical.action = "critical";
    BOOST_TEST(to_string(decide_for(critical).state.severity) == "critical");
    critical.known = incident_with(status::open);
    BOOST_TEST(to_string(decide_for(critical).state.severity) == "critical");
    critical.action = "warning";
    BOOST_TEST(to_string(decide_for(critical).state.severity) == "error");
}

BOOST_AUTO_TEST_CASE(comments_and_activity_join_the_timeline_and_status_activity_applies) {
    auto const activity = [](char const* type, auto change) {
        return [=](situation& s) {
            s.resource = "activity_alert";
            s.action = "triggered";
            s.activity = type;
            change(s);
        };
    };
    auto const open_one = [](situation& s) { s.known = incident_with(status::open); };
    check_table({
        {"a comment joins the timeline",
         [](situation& s) {
             s.resource = "comment";
             s.known = incident_with(status::open);
         },
         outcome::updated,
         change::note},
        {"a comment without an incident",
         [](situation& s) { s.resource = "comment"; },
         outcome::ignored,
         change::none},
        {"a seer activity joins the timeline",
         activity("seer_root_cause_completed", open_one),
         outcome::updated,
         change::note},
        {"a seer activity without an incident",
         activity("seer_root_cause_completed", [](situation&) {}),
         outcome::ignored,
         change::none},
        {"status_regression reopens",
         activity("status_regression", [](situation& s) { s.known = incident_with(status::resolved); }),
         outcome::reopened,
         change::update},
        {"status_resolved_in_release resolves",
         activity(
             "status_resolved_in_release",
             [](situation& s) {
                 s.issue_status = "resolved";
                 s.known = incident_with(status::open);
             }
         ),
         outcome::resolved,
         change::update},
        {"status_ignored resolves",
         activity(
             "status_ignored",
             [](situation& s) {
                 s.issue_status = "ignored";
                 s.known = incident_with(status::open);
             }
         ),
         outcome::resolved,
         change::update},
        {"a contradiction is stale", activity("status_resolved", open_one), outcome::stale, change::none},
    });
}

BOOST_AUTO_TEST_CASE(event_times_are_compared_with_event_times) {
    // Resolved a moment ago by our clock, but the last known event is much older: an event between them is
    // new.
    situation late;
    late.resource = "event_alert";
    late.action = "triggered";
    late.known = incident_with(status::resolved, now - 10s);
    late.event_at = now - 1min;
    late.context.history.last_event_at = now - 1h;
    BOOST_TEST(to_string(decide_for(late).outcome) == "reopened");
    late.context.history.last_event_at = now - 30s;
    BOOST_TEST(to_string(decide_for(late).outcome) == "stale");
}

BOOST_AUTO_TEST_CASE(an_event_from_before_a_person_resolved_reopens_nothing) {
    struct {
        char const* resource;
        char const* action;
    } const reports[]{{"event_alert", "triggered"}, {"error", "created"}, {"issue", "created"}};
    for (auto const& each : reports) {
        BOOST_TEST_CONTEXT(each.resource) {
            situation late;
            late.resource = each.resource;
            late.action = each.action;
            late.known = incident_with(status::resolved, now - 10s);
            late.known->state.resolution = resolution::person;
            late.context.history.last_event_at = now - 1h;
            late.event_at = now - 10min;
            auto const made = decide_for(late);
            BOOST_TEST(to_string(made.outcome) == "stale");
            BOOST_TEST(static_cast<int>(made.change) == static_cast<int>(change::note));
            BOOST_TEST(made.timeline.size() == 1u);
            late.event_at = now - 5s;
            BOOST_TEST(to_string(decide_for(late).outcome) == "reopened");
            // A newer event was known already, which this person had seen.
            late.context.history.last_event_at = now - 2s;
            BOOST_TEST(to_string(decide_for(late).outcome) == "reopened");
        }
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_metric_alert_is_not_an_occurrence) {
    situation down;
    down.resource = "metric_alert";
    down.action = "resolved";
    down.known = incident_with(status::open, now - 1h);
    BOOST_TEST((decide_for(down).state.last_seen_at == now - 1h));
    BOOST_TEST(decide_for(down).state.occurrences == 3);
}

BOOST_AUTO_TEST_SUITE_END()
