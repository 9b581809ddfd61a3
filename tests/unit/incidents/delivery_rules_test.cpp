#include "rule_cases.hpp"

using namespace tocsin;
using namespace tocsin::incidents;
using namespace tocsin::incidents::test;

BOOST_AUTO_TEST_SUITE(delivery_rules)

BOOST_AUTO_TEST_CASE(duplicates_and_mappings) {
    check_table({
        {"an equal body", [](situation& s) { s.context.same_body = true; }, outcome::duplicate, change::none},
        {"no mapping", [](situation& s) { s.route = {}; }, outcome::unmapped, change::none},
        {"no mapping, resolved",
         [](situation& s) {
             s.route = {};
             s.action = s.issue_status = "resolved";
         },
         outcome::unmapped,
         change::none},
        {"an incident, but its mapping was removed",
         [](situation& s) {
             s.route = {};
             s.action = s.issue_status = "resolved";
             s.known = incident_with(status::open);
         },
         outcome::resolved,
         change::update},
        {"a paused mapping",
         [](situation& s) { s.route.result = routing::kind::inactive; },
         outcome::inactive,
         change::none},
        {"a paused mapping of an open incident",
         [](situation& s) {
             s.route.result = routing::kind::inactive;
             s.known = incident_with(status::open);
         },
         outcome::inactive,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(a_paused_mapping_opens_and_reopens_nothing_and_lets_incidents_end) {
    struct {
        char const* resource;
        char const* action;
        char const* issue_status;
        char const* activity;
        status before;
        outcome expected;
    } const table[]{
        {"issue", "created", "unresolved", "", status::open, outcome::inactive},
        {"issue", "unresolved", "unresolved", "", status::resolved, outcome::inactive},
        {"issue", "resolved", "resolved", "", status::open, outcome::resolved},
        {"issue", "resolved", "resolved", "", status::acknowledged, outcome::resolved},
        {"issue", "ignored", "ignored", "", status::open, outcome::resolved},
        {"issue", "archived", "ignored", "", status::open, outcome::resolved},
        {"issue", "assigned", "unresolved", "", status::open, outcome::updated},
        {"event_alert", "triggered", "unresolved", "", status::open, outcome::inactive},
        {"event_alert", "triggered", "unresolved", "", status::resolved, outcome::inactive},
        {"error", "created", "unresolved", "", status::open, outcome::inactive},
        {"metric_alert", "critical", "", "", status::open, outcome::inactive},
        {"metric_alert", "warning", "", "", status::resolved, outcome::inactive},
        {"metric_alert", "resolved", "", "", status::open, outcome::resolved},
        {"comment", "created", "", "", status::open, outcome::updated},
        {"activity_alert",
         "triggered",
         "resolved",
         "status_resolved_in_commit",
         status::open,
         outcome::resolved},
        {"activity_alert", "triggered", "ignored", "status_ignored", status::open, outcome::resolved},
        {"activity_alert", "triggered", "unresolved", "status_escalating", status::resolved, outcome::inactive
        },
        {"activity_alert", "triggered", "unresolved", "seer_pr_created", status::open, outcome::updated},
    };
    for (auto const& each : table) {
        BOOST_TEST_CONTEXT(
            each.resource << "." << each.action << " " << each.activity << " " << to_string(each.before)
        ) {
            situation from;
            from.resource = each.resource;
            from.action = each.action;
            from.issue_status = each.issue_status;
            from.activity = each.activity;
            from.event_at = now;
            from.route.result = routing::kind::inactive;
            from.known = incident_with(each.before);
            BOOST_TEST(to_string(decide_for(from).outcome) == to_string(each.expected));
            from.known.reset();
            BOOST_TEST(to_string(decide_for(from).outcome) == "inactive", "without an incident");
        }
    }
}

BOOST_AUTO_TEST_CASE(filters) {
    auto const alert = [](situation& s, char const* environment) {
        s.resource = "event_alert";
        s.action = "triggered";
        s.environment = environment;
    };
    check_table({
        {"below the minimum level",
         [](situation& s) {
             s.route.min_level = "error";
             s.level = "warning";
         },
         outcome::filtered,
         change::none},
        {"at the minimum level",
         [](situation& s) { s.route.min_level = "error"; },
         outcome::opened,
         change::open},
        {"a listed environment in different case",
         [&](situation& s) {
             alert(s, "Production");
             s.route.environments = {"production"};
         },
         outcome::opened,
         change::open},
        {"an unlisted environment",
         [&](situation& s) {
             alert(s, "staging");
             s.route.environments = {"production"};
         },
         outcome::filtered,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(filters_of_metric_alerts_and_without_an_environment) {
    check_table({
        {"a metric alert of a listed environment",
         [](situation& s) {
             s.resource = "metric_alert";
             s.action = "critical";
             s.environment = "Production";
             s.route.environments = {"production"};
         },
         outcome::opened,
         change::open},
        {"a metric alert of an unlisted environment",
         [](situation& s) {
             s.resource = "metric_alert";
             s.action = "critical";
             s.environment = "staging";
             s.route.environments = {"production"};
         },
         outcome::filtered,
         change::none},
        {"a metric alert of all environments",
         [](situation& s) {
             s.resource = "metric_alert";
             s.action = "critical";
             s.route.environments = {"production"};
         },
         outcome::opened,
         change::open},
        {"listed environments, and a webhook without one",
         [](situation& s) { s.route.environments = {"production"}; },
         outcome::filtered,
         change::none},
        {"the action's service does not exist",
         [](situation& s) {
             s.route.result = routing::kind::unknown_service;
             s.route.description = "no such service";
         },
         outcome::unmapped,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(unreadable_and_disagreeing_webhooks_have_no_effect) {
    auto webhook = webhook_of({});
    webhook.unreadable = "data.issue.id is missing";
    BOOST_TEST(to_string(decide(webhook, {}, {}, std::nullopt, settings, now).outcome) == "unreadable");
    webhook.unreadable.clear();
    webhook.disagreement = "the header says comment, the body is an issue";
    auto const made = decide(webhook, {}, {}, std::nullopt, settings, now);
    BOOST_TEST(to_string(made.outcome) == "ignored");
    BOOST_TEST(made.rule == webhook.disagreement);
}

BOOST_AUTO_TEST_CASE(occurrences_are_the_larger_of_the_events_received_and_counted_by_sentry) {
    auto const occurrences = [](char const* resource, std::int64_t count, source_history history) {
        situation from;
        from.resource = resource;
        from.action = from.resource == "issue"   ? "created"
                      : from.resource == "error" ? "created"
                                                 : "triggered";
        from.count = count;
        from.known = incident_with(status::open);
        from.known->state.occurrences = history.events;
        from.context.history = history;
        return decide_for(from).state.occurrences;
    };
    BOOST_TEST(occurrences("event_alert", 1, {.events = 4}) == 5);
    BOOST_TEST(occurrences("error", 1, {.events = 4}) == 5);
    BOOST_TEST(occurrences("issue", 3, {.events = 4}) == 5, "the event that created the issue");
    BOOST_TEST(occurrences("issue", 3, {.was_created = true, .events = 4}) == 4, "received a second time");
    BOOST_TEST(occurrences("issue", 9, {.events = 4}) == 9);
}

BOOST_AUTO_TEST_CASE(severity_is_raised_and_never_lowered) {
    struct {
        char const* level;
        std::int64_t count;
        severity wanted;
    } const table[]{
        {"fatal", 1, severity::critical},
        {"error", 1, severity::error},
        {"error", 99, severity::error},
        {"error", 100, severity::critical},
        {"", 1, severity::error},
        {"warning", 500, severity::warning},
        {"info", 1, severity::info},
        {"debug", 1, severity::info},
        {"sample", 1, severity::info}
    };
    for (auto const& each : table)
        BOOST_TEST(to_string(automatic_severity(each.level, each.count, settings)) == to_string(each.wanted));

    situation raised;
    raised.known = incident_with(status::open);
    raised.count = 100;
    BOOST_TEST(to_string(decide_for(raised).state.severity) == "critical");
    raised.known->state.severity_pinned = true;
    BOOST_TEST(to_string(decide_for(raised).state.severity) == "error");

    situation lower;
    lower.known = incident_with(status::open);
    lower.level = "info";
    BOOST_TEST(to_string(decide_for(lower).state.severity) == "error");

    situation fixed;
    fixed.route.severity = "info";
    fixed.level = "fatal";
    BOOST_TEST(to_string(decide_for(fixed).state.severity) == "info");
}

BOOST_AUTO_TEST_SUITE_END()
