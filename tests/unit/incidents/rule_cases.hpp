#pragma once

#include <tocsin/incidents/incident_rules.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

namespace tocsin::incidents::test {

using namespace std::chrono_literals;

inline timestamp const now = *parse_rfc3339("2026-03-02T10:00:00Z");
inline rule_settings const settings{};

/// A delivery and what is known before it.
struct situation {
    std::string resource = "issue";
    std::string action = "created";
    std::string issue_status = "unresolved";
    std::string level = "error";
    std::int64_t count = 1;
    std::string environment;
    std::string activity;
    timestamp event_at = now - 1min;
    routing route{
        .result = routing::kind::mapped,
        .service = {},
        .severity = "auto",
        .environments = {},
        .min_level = {},
        .keep_on_archive = false,
        .attach_only = false,
        .notes = {},
        .description = "the mapping to service checkout"
    };
    delivery_context context;
    std::optional<known_incident> known;
};

inline known_incident incident_with(status state, timestamp changed_at = now - 1h) {
    known_incident known{.number = 7, .state = {}};
    known.state.status = state;
    known.state.title = "TimeoutError";
    known.state.severity = severity::error;
    known.state.last_seen_at = changed_at;
    known.state.occurrences = 3;
    if (state == status::resolved) {
        known.state.resolved_at = changed_at;
        known.state.resolution = resolution::sentry;
    }
    if (state == status::acknowledged) known.state.acknowledged_at = changed_at;
    return known;
}

inline sentry::webhook webhook_of(situation const& from) {
    sentry::webhook webhook;
    webhook.action = from.action;
    webhook.resource_name = from.resource;
    webhook.actor = {"application", "Sentry"};
    if (from.resource == "issue") {
        sentry::issue issue;
        issue.id = "4517203344";
        issue.title = "TimeoutError";
        issue.level = from.level;
        issue.status = from.issue_status;
        issue.project = {"4505281256090153", "checkout", "checkout"};
        issue.count = from.count;
        issue.last_seen = from.event_at;
        webhook.resource = sentry::resource::issue;
        webhook.what = issue;
    } else if (from.resource == "event_alert") {
        sentry::event_alert alert;
        alert.issue_id = "4517203344";
        alert.event_id = "e4874d664c3540c1a32eab185f12c5ab";
        alert.level = from.level;
        alert.environment = from.environment;
        alert.project = {"4505281256090153", "checkout", {}};
        alert.at = from.event_at;
        alert.rule = "Errors in production";
        webhook.resource = sentry::resource::event_alert;
        webhook.what = alert;
    } else if (from.resource == "error") {
        sentry::event error;
        error.issue_id = "4517203344";
        error.event_id = "e4874d664c3540c1a32eab185f12c5ab";
        error.level = from.level;
        error.environment = from.environment;
        error.at = from.event_at;
        webhook.resource = sentry::resource::error;
        webhook.what = error;
    } else if (from.resource == "metric_alert") {
        sentry::metric_alert alert;
        alert.id = "789";
        alert.title = "Critical: p95 of checkout";
        alert.projects = {"checkout"};
        alert.environment = from.environment;
        webhook.resource = sentry::resource::metric_alert;
        webhook.what = alert;
    } else if (from.resource == "comment") {
        webhook.resource = sentry::resource::comment;
        webhook.what = sentry::comment{"4517203344", "checkout", "looks like the gateway"};
    } else if (from.resource == "activity_alert") {
        sentry::activity_alert activity;
        activity.issue.id = "4517203344";
        activity.issue.status = from.issue_status;
        activity.type = from.activity;
        webhook.resource = sentry::resource::activity_alert;
        webhook.what = activity;
    }
    return webhook;
}

inline decision decide_for(situation const& from) {
    return decide(webhook_of(from), from.route, from.context, from.known, settings, now);
}

struct rule_case {
    char const* name;
    std::function<void(situation&)> given;
    outcome expected_outcome;
    change expected_change;
};

inline void check_table(std::vector<rule_case> const& table) {
    for (auto const& each : table) {
        BOOST_TEST_CONTEXT(each.name) {
            situation from;
            each.given(from);
            auto const made = decide_for(from);
            BOOST_TEST(to_string(made.outcome) == to_string(each.expected_outcome));
            BOOST_TEST(static_cast<int>(made.change) == static_cast<int>(each.expected_change));
            BOOST_TEST(!made.rule.empty());
        }
    }
}

}  // namespace tocsin::incidents::test
