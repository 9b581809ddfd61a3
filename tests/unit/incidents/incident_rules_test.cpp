#include <tocsin/incidents/incident_rules.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;
using namespace std::chrono_literals;

namespace {

timestamp const now = *parse_rfc3339("2026-03-02T10:00:00Z");
rule_settings const settings{};

/// What a row of the table starts from.
struct situation {
    std::string resource = "issue";
    std::string action = "created";
    std::string issue_status = "unresolved";
    std::string level = "error";
    std::int64_t count = 1;
    std::string environment;
    std::string activity;
    timestamp event_at = now - 1min;
    routing where{
        .result = routing::kind::mapped,
        .service = {},
        .severity = "auto",
        .environments = {},
        .min_level = {},
        .keep_on_archive = false,
        .attach_only = false,
        .notes = {},
        .explained = "the mapping to service checkout"
    };
    source_memory memory;
    std::optional<known_incident> known;
};

known_incident incident_with(status state, timestamp changed_at = now - 1h) {
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

sentry::webhook webhook_of(situation const& from) {
    sentry::webhook hook;
    hook.action = from.action;
    hook.resource_name = from.resource;
    hook.actor = {"application", "Sentry"};
    if (from.resource == "issue") {
        sentry::issue issue;
        issue.id = "4517203344";
        issue.title = "TimeoutError";
        issue.level = from.level;
        issue.status = from.issue_status;
        issue.project = {"4505281256090153", "checkout", "checkout"};
        issue.count = from.count;
        issue.last_seen = from.event_at;
        hook.resource = sentry::resource::issue;
        hook.what = issue;
    } else if (from.resource == "event_alert") {
        sentry::event_alert alert;
        alert.issue_id = "4517203344";
        alert.event_id = "e4874d664c3540c1a32eab185f12c5ab";
        alert.level = from.level;
        alert.environment = from.environment;
        alert.project = {"4505281256090153", "checkout", {}};
        alert.at = from.event_at;
        alert.rule = "Errors in production";
        hook.resource = sentry::resource::event_alert;
        hook.what = alert;
    } else if (from.resource == "error") {
        sentry::event error;
        error.issue_id = "4517203344";
        error.event_id = "e4874d664c3540c1a32eab185f12c5ab";
        error.level = from.level;
        error.environment = from.environment;
        error.at = from.event_at;
        hook.resource = sentry::resource::error;
        hook.what = error;
    } else if (from.resource == "metric_alert") {
        sentry::metric_alert alert;
        alert.id = "789";
        alert.title = "Critical: p95 of checkout";
        alert.projects = {"checkout"};
        hook.resource = sentry::resource::metric_alert;
        hook.what = alert;
    } else if (from.resource == "comment") {
        hook.resource = sentry::resource::comment;
        hook.what = sentry::comment{"4517203344", "checkout", "looks like the gateway"};
    } else if (from.resource == "activity_alert") {
        sentry::activity_alert activity;
        activity.issue.id = "4517203344";
        activity.issue.status = from.issue_status;
        activity.type = from.activity;
        hook.resource = sentry::resource::activity_alert;
        hook.what = activity;
    }
    return hook;
}

decision decided(situation const& from) {
    return decide(webhook_of(from), from.where, from.memory, from.known, settings, now);
}

struct row {
    char const* name;
    std::function<void(situation&)> given;
    outcome then;
    change effect;
};

void prove(std::vector<row> const& table) {
    for (auto const& each : table) {
        BOOST_TEST_CONTEXT(each.name) {
            situation from;
            each.given(from);
            auto const made = decided(from);
            BOOST_TEST(to_string(made.outcome) == to_string(each.then));
            BOOST_TEST(static_cast<int>(made.change) == static_cast<int>(each.effect));
            BOOST_TEST(!made.rule.empty());
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(incident_rules)

BOOST_AUTO_TEST_CASE(every_lifecycle_action_has_its_effect) {
    prove({
        {"created opens", [](situation&) {}, outcome::opened, change::open},
        {"created for an open incident updates",
         [](situation& s) { s.known = incident_with(status::open); },
         outcome::updated,
         change::update},
        {"created after a lifecycle action opens nothing",
         [](situation& s) { s.memory.facts.had_lifecycle = true; },
         outcome::stale,
         change::none},
        {"created after a person resolved reopens",
         [](situation& s) { s.known = incident_with(status::resolved); },
         outcome::reopened,
         change::update},
        {"created from before the resolution",
         [](situation& s) { s.known = incident_with(status::resolved, now - 10s); },
         outcome::stale,
         change::note},
        {"created of an issue that is resolved by now",
         [](situation& s) { s.issue_status = "resolved"; },
         outcome::stale,
         change::none},
        {"resolved resolves",
         [](situation& s) {
             s.action = s.issue_status = "resolved";
             s.known = incident_with(status::open);
         },
         outcome::resolved,
         change::update},
        {"resolved resolves the acknowledged",
         [](situation& s) {
             s.action = s.issue_status = "resolved";
             s.known = incident_with(status::acknowledged);
         },
         outcome::resolved,
         change::update},
        {"resolved again changes nothing",
         [](situation& s) {
             s.action = s.issue_status = "resolved";
             s.known = incident_with(status::resolved);
         },
         outcome::ignored,
         change::none},
        {"resolved without an incident",
         [](situation& s) { s.action = s.issue_status = "resolved"; },
         outcome::ignored,
         change::none},
        {"resolved of an issue that is unresolved again",
         [](situation& s) {
             s.action = "resolved";
             s.known = incident_with(status::open);
         },
         outcome::stale,
         change::none},
        {"unresolved reopens within the window",
         [](situation& s) {
             s.action = "unresolved";
             s.known = incident_with(status::resolved, now - 24h);
         },
         outcome::reopened,
         change::update},
        {"unresolved opens a new one after the window",
         [](situation& s) {
             s.action = "unresolved";
             s.known = incident_with(status::resolved, now - 24h * 8);
         },
         outcome::opened,
         change::open},
        {"unresolved at the very end of the window",
         [](situation& s) {
             s.action = "unresolved";
             s.known = incident_with(status::resolved, now - 24h * 7);
         },
         outcome::reopened,
         change::update},
        {"unresolved of the open updates",
         [](situation& s) {
             s.action = "unresolved";
             s.known = incident_with(status::open);
         },
         outcome::updated,
         change::update},
        {"unresolved without an incident opens",
         [](situation& s) { s.action = "unresolved"; },
         outcome::opened,
         change::open},
        {"ignored resolves",
         [](situation& s) {
             s.action = s.issue_status = "ignored";
             s.known = incident_with(status::open);
         },
         outcome::resolved,
         change::update},
        {"archived is the same",
         [](situation& s) {
             s.action = "archived";
             s.issue_status = "ignored";
             s.known = incident_with(status::open);
         },
         outcome::resolved,
         change::update},
        {"archived, and the mapping keeps",
         [](situation& s) {
             s.action = s.issue_status = "ignored";
             s.known = incident_with(status::open);
             s.where.keep_on_archive = true;
         },
         outcome::updated,
         change::update},
        {"ignored without an incident",
         [](situation& s) { s.action = s.issue_status = "ignored"; },
         outcome::ignored,
         change::none},
        {"assigned shows",
         [](situation& s) {
             s.action = "assigned";
             s.known = incident_with(status::open);
         },
         outcome::updated,
         change::update},
        {"assigned without an incident",
         [](situation& s) { s.action = "assigned"; },
         outcome::ignored,
         change::none},
        {"an unknown action",
         [](situation& s) {
             s.action = "transmogrified";
             s.known = incident_with(status::open);
         },
         outcome::ignored,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(alerts_open_attach_and_reopen) {
    auto const alert = [](auto change) {
        return [change](situation& s) {
            s.resource = "event_alert";
            s.action = "triggered";
            change(s);
        };
    };
    prove({
        {"opens", alert([](situation&) {}), outcome::opened, change::open},
        {"attaches",
         alert([](situation& s) { s.known = incident_with(status::open); }),
         outcome::updated,
         change::update},
        {"attaches to the acknowledged",
         alert([](situation& s) { s.known = incident_with(status::acknowledged); }),
         outcome::updated,
         change::update},
        {"reopens",
         alert([](situation& s) { s.known = incident_with(status::resolved); }),
         outcome::reopened,
         change::update},
        {"an event from before the resolution",
         alert([](situation& s) { s.known = incident_with(status::resolved, now - 10s); }),
         outcome::stale,
         change::note},
        {"opens a linked one after the window",
         alert([](situation& s) { s.known = incident_with(status::resolved, now - 24h * 30); }),
         outcome::opened,
         change::open},
        {"attach only, nothing open",
         alert([](situation& s) { s.where.attach_only = true; }),
         outcome::ignored,
         change::none},
        {"attach only, open",
         alert([](situation& s) {
             s.where.attach_only = true;
             s.known = incident_with(status::open);
         }),
         outcome::updated,
         change::update},
        {"the same event under the same rule",
         alert([](situation& s) {
             s.memory.event_applied = true;
             s.known = incident_with(status::open);
         }),
         outcome::duplicate,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(errors_count_and_open_only_where_the_mapping_says_so) {
    auto const error = [](auto change) {
        return [change](situation& s) {
            s.resource = "error";
            change(s);
        };
    };
    prove({
        {"opens nothing", error([](situation&) {}), outcome::ignored, change::none},
        {"opens where the mapping says so",
         error([](situation& s) { s.where.open_on_error = true; }),
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
        {"from before the resolution",
         error([](situation& s) { s.known = incident_with(status::resolved, now - 10s); }),
         outcome::stale,
         change::note},
        {"the same event again",
         error([](situation& s) {
             s.memory.event_applied = true;
             s.known = incident_with(status::open);
         }),
         outcome::duplicate,
         change::none},
        {"without a mapping", error([](situation& s) { s.where = {}; }), outcome::unmapped, change::none},
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
    prove({
        {"critical opens", metric("critical", nothing), outcome::opened, change::open},
        {"warning opens", metric("warning", nothing), outcome::opened, change::open},
        {"open opens", metric("open", nothing), outcome::opened, change::open},
        {"critical raises", metric("critical", open_one), outcome::updated, change::update},
        {"critical reopens", metric("critical", resolved_one), outcome::reopened, change::update},
        {"resolved resolves", metric("resolved", open_one), outcome::resolved, change::update},
        {"resolved again", metric("resolved", resolved_one), outcome::ignored, change::none},
        {"resolved without an incident", metric("resolved", nothing), outcome::ignored, change::none},
        {"an unknown action", metric("wobbled", open_one), outcome::ignored, change::none},
        {"no mapping", metric("critical", [](situation& s) { s.where = {}; }), outcome::unmapped, change::none
        },
        {"environments are not theirs",
         metric("critical", [](situation& s) { s.where.environments = {"production"}; }),
         outcome::opened,
         change::open},
    });

    situation critical;
    critical.resource = "metric_alert";
    critical.action = "critical";
    BOOST_TEST(to_string(decided(critical).state.severity) == "critical");
    critical.known = incident_with(status::open);
    BOOST_TEST(to_string(decided(critical).state.severity) == "critical");
    critical.action = "warning";
    BOOST_TEST(to_string(decided(critical).state.severity) == "error");
}

BOOST_AUTO_TEST_CASE(comments_and_activity_are_told_and_status_activity_acts) {
    auto const activity = [](char const* type, auto change) {
        return [=](situation& s) {
            s.resource = "activity_alert";
            s.action = "triggered";
            s.activity = type;
            change(s);
        };
    };
    auto const open_one = [](situation& s) { s.known = incident_with(status::open); };
    prove({
        {"a comment is told",
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
        {"a seer activity is told",
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

BOOST_AUTO_TEST_CASE(what_keeps_a_delivery_from_having_an_effect) {
    auto const alert = [](situation& s, char const* environment) {
        s.resource = "event_alert";
        s.action = "triggered";
        s.environment = environment;
    };
    prove({
        {"an equal body", [](situation& s) { s.memory.same_body = true; }, outcome::duplicate, change::none},
        {"no mapping", [](situation& s) { s.where = {}; }, outcome::unmapped, change::none},
        {"no mapping, resolved",
         [](situation& s) {
             s.where = {};
             s.action = s.issue_status = "resolved";
         },
         outcome::unmapped,
         change::none},
        {"no mapping any more, but an incident",
         [](situation& s) {
             s.where = {};
             s.action = s.issue_status = "resolved";
             s.known = incident_with(status::open);
         },
         outcome::resolved,
         change::update},
        {"a paused mapping",
         [](situation& s) { s.where.result = routing::kind::inactive; },
         outcome::inactive,
         change::none},
        {"a paused mapping of an open incident",
         [](situation& s) {
             s.where.result = routing::kind::inactive;
             s.known = incident_with(status::open);
         },
         outcome::inactive,
         change::none},
        {"below the minimum level",
         [](situation& s) {
             s.where.min_level = "error";
             s.level = "warning";
         },
         outcome::filtered,
         change::none},
        {"at the minimum level",
         [](situation& s) { s.where.min_level = "error"; },
         outcome::opened,
         change::open},
        {"an environment of the list, in other letters",
         [&](situation& s) {
             alert(s, "Production");
             s.where.environments = {"production"};
         },
         outcome::opened,
         change::open},
        {"an environment not of the list",
         [&](situation& s) {
             alert(s, "staging");
             s.where.environments = {"production"};
         },
         outcome::filtered,
         change::none},
        {"a list, and no environment told",
         [](situation& s) { s.where.environments = {"production"}; },
         outcome::filtered,
         change::none},
        {"the action's service does not exist",
         [](situation& s) {
             s.where.result = routing::kind::unknown_service;
             s.where.explained = "no such service";
         },
         outcome::unmapped,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(event_times_are_compared_with_event_times) {
    // Resolved by our clock a moment ago, but the last event known is much older: an event between the two is
    // new.
    situation late;
    late.resource = "event_alert";
    late.action = "triggered";
    late.known = incident_with(status::resolved, now - 10s);
    late.event_at = now - 1min;
    late.memory.facts.last_event_at = now - 1h;
    BOOST_TEST(to_string(decided(late).outcome) == "reopened");
    late.memory.facts.last_event_at = now - 30s;
    BOOST_TEST(to_string(decided(late).outcome) == "stale");
}

BOOST_AUTO_TEST_CASE(a_change_after_one_out_of_turn_is_in_doubt) {
    auto const after = [](char const* action, auto known, auto change) {
        situation from;
        from.action = action;
        std::string const is = action;
        from.issue_status = is == "resolved" ? "resolved" : is == "ignored" ? "ignored" : "unresolved";
        from.known = known;
        change(from.memory.facts);
        return decided(from);
    };
    auto const settled = [](source_facts&) {};
    auto const unsettled = [](source_facts& facts) { facts.unsettled_at = now - 14min; };
    auto const long_ago = [](source_facts& facts) { facts.unsettled_at = now - 16min; };
    auto const open = std::optional(incident_with(status::open));
    auto const resolved = std::optional(incident_with(status::resolved));
    std::optional<known_incident> const none;
    // It finds what it would leave: one that belongs before it is missing.
    BOOST_TEST(after("unresolved", open, settled).out_of_turn);
    BOOST_TEST(after("unresolved", none, settled).out_of_turn);
    BOOST_TEST(after("resolved", resolved, settled).out_of_turn);
    BOOST_TEST(after("ignored", none, settled).out_of_turn);
    BOOST_TEST(!after("unresolved", resolved, settled).out_of_turn);
    BOOST_TEST(!after("resolved", open, settled).out_of_turn);
    BOOST_TEST(!after("assigned", open, unsettled).out_of_turn);
    // From then on, for a while, only Sentry knows whether a change is the last one.
    BOOST_TEST(after("resolved", open, unsettled).in_doubt);
    BOOST_TEST(after("unresolved", resolved, unsettled).in_doubt);
    BOOST_TEST(!after("unresolved", open, unsettled).in_doubt);
    BOOST_TEST(!after("resolved", open, settled).in_doubt);
    BOOST_TEST(!after("resolved", open, long_ago).in_doubt);
}

BOOST_AUTO_TEST_CASE(occurrences_are_the_larger_of_what_came_and_what_sentry_counted) {
    auto const occurrences = [](char const* resource, std::int64_t count, source_facts facts) {
        situation from;
        from.resource = resource;
        from.action = from.resource == "issue"   ? "created"
                      : from.resource == "error" ? "created"
                                                 : "triggered";
        from.count = count;
        from.known = incident_with(status::open);
        from.known->state.occurrences = facts.events;
        from.memory.facts = facts;
        return decided(from).state.occurrences;
    };
    BOOST_TEST(occurrences("event_alert", 1, {.events = 4}) == 5);
    BOOST_TEST(occurrences("error", 1, {.events = 4}) == 5);
    BOOST_TEST(occurrences("issue", 3, {.events = 4}) == 5, "the event that made the issue");
    BOOST_TEST(occurrences("issue", 3, {.was_created = true, .events = 4}) == 4, "told a second time");
    BOOST_TEST(occurrences("issue", 9, {.events = 4}) == 9);
}

BOOST_AUTO_TEST_CASE(a_metric_alert_that_comes_down_was_not_seen_again) {
    situation down;
    down.resource = "metric_alert";
    down.action = "resolved";
    down.known = incident_with(status::open, now - 1h);
    BOOST_TEST((decided(down).state.last_seen_at == now - 1h));
    BOOST_TEST(decided(down).state.occurrences == 3);
}

BOOST_AUTO_TEST_CASE(a_regression_without_an_environment_is_judged_by_its_incidents) {
    situation from;
    from.action = "unresolved";
    from.known = incident_with(status::resolved);
    from.where.environments = {"production"};
    from.known->state.environment = "production";
    BOOST_TEST(to_string(decided(from).outcome) == "reopened");
    from.known->state.environment = "staging";
    BOOST_TEST(to_string(decided(from).outcome) == "filtered");
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
    BOOST_TEST(to_string(decided(raised).state.severity) == "critical");
    raised.known->state.severity_pinned = true;
    BOOST_TEST(to_string(decided(raised).state.severity) == "error");

    situation lower;
    lower.known = incident_with(status::open);
    lower.level = "info";
    BOOST_TEST(to_string(decided(lower).state.severity) == "error");

    situation explicit_one;
    explicit_one.where.severity = "info";
    explicit_one.level = "fatal";
    BOOST_TEST(to_string(decided(explicit_one).state.severity) == "info");
}

BOOST_AUTO_TEST_CASE(a_reopened_incident_starts_over) {
    situation from;
    from.action = "unresolved";
    from.known = incident_with(status::resolved, now - 1h);
    from.known->state.acknowledged_at = now - 2h;
    auto const after = decided(from).state;
    BOOST_TEST(to_string(after.status) == "open");
    BOOST_TEST(!after.acknowledged_at.has_value());
    BOOST_TEST(!after.resolved_at.has_value());
    BOOST_TEST(!after.resolution.has_value());
    BOOST_TEST(after.reopened_count == 1);
}

BOOST_AUTO_TEST_CASE(what_was_not_processed_is_not_remembered) {
    situation unmapped;
    unmapped.where = {};
    unmapped.action = "unresolved";
    BOOST_TEST(!decided(unmapped).applied);
    BOOST_TEST(!decided(unmapped).lifecycle);

    situation
        resolved_before_created;  // remembered although it changed nothing: the late created must not open
    resolved_before_created.action = resolved_before_created.issue_status = "resolved";
    BOOST_TEST(decided(resolved_before_created).lifecycle);
}

BOOST_AUTO_TEST_CASE(unreadable_and_disagreeing_webhooks_have_no_effect) {
    auto hook = webhook_of({});
    hook.unreadable = "data.issue.id is missing";
    BOOST_TEST(to_string(decide(hook, {}, {}, std::nullopt, settings, now).outcome) == "unreadable");
    hook.unreadable.clear();
    hook.disagreement = "the header says comment, the body is an issue";
    auto const made = decide(hook, {}, {}, std::nullopt, settings, now);
    BOOST_TEST(to_string(made.outcome) == "ignored");
    BOOST_TEST(made.rule == hook.disagreement);
}

BOOST_AUTO_TEST_SUITE_END()
