// What incidents and their timelines say about what happened in Sentry.
#include "rules/words.hpp"

#include "rule_cases.hpp"

using namespace tocsin;
using namespace tocsin::incidents;
using namespace tocsin::incidents::test;

namespace {

/// The decision about a webhook of this situation, after `change` was made to the webhook.
template <class Change>
decision decide_changed(situation const& from, Change const& change) {
    auto webhook = webhook_of(from);
    change(webhook);
    return decide(webhook, from.route, from.context, from.known, settings, now);
}

situation issue_situation(char const* action, char const* issue_status, status before) {
    situation from;
    from.action = action;
    from.issue_status = issue_status;
    from.known = incident_with(before);
    return from;
}

situation alert_situation() {
    situation from;
    from.resource = "event_alert";
    from.action = "triggered";
    return from;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(words)

BOOST_AUTO_TEST_CASE(the_opening_entry_says_what_opened_the_incident) {
    auto from = alert_situation();
    BOOST_TEST(decide_for(from).timeline.front().text == "alert rule Errors in production fired");
    from.route.notes = "runbook 7";
    BOOST_TEST(decide_for(from).timeline.front().text == "alert rule Errors in production fired\nrunbook 7");

    situation metric;
    metric.resource = "metric_alert";
    metric.action = "critical";
    BOOST_TEST(decide_for(metric).timeline.front().text == "the metric alert is critical");
    auto const described = decide_changed(metric, [](sentry::webhook& webhook) {
        std::get<sentry::metric_alert>(webhook.what).text = "5 events in the last 10 minutes";
    });
    BOOST_TEST(described.timeline.front().text == "5 events in the last 10 minutes");
    BOOST_TEST(described.state.description == "5 events in the last 10 minutes");
    BOOST_TEST(described.state.category == "metric");

    situation regressed;
    regressed.action = "unresolved";
    BOOST_TEST(decide_for(regressed).timeline.front().text == "the issue was unresolved in Sentry");
    regressed.known = incident_with(status::resolved, now - 24h * 30);
    BOOST_TEST(
        decide_for(regressed).timeline.front().text ==
        "the issue was unresolved in Sentry; follows incident #7"
    );
}

BOOST_AUTO_TEST_CASE(a_reopening_says_why) {
    struct {
        char const* substatus;
        sentry::actor actor;
        char const* text;
    } const table[]{
        {"regressed", {"application", "Sentry"}, "the issue regressed in Sentry"},
        {"escalating", {"application", "Sentry"}, "the issue is escalating in Sentry"},
        {"ongoing", {"user", "Ada"}, "the issue was unresolved in Sentry by Ada"},
        {"", {"application", "Sentry"}, "the issue was unresolved in Sentry"},
    };
    for (auto const& each : table) {
        auto const made = decide_changed(
            issue_situation("unresolved", "unresolved", status::resolved),
            [&](sentry::webhook& webhook) {
                webhook.actor = each.actor;
                std::get<sentry::issue>(webhook.what).substatus = each.substatus;
            }
        );
        BOOST_TEST(made.timeline.front().text == each.text);
    }
    situation activity;
    activity.resource = "activity_alert";
    activity.known = incident_with(status::resolved);
    activity.activity = "status_regression";
    BOOST_TEST(decide_for(activity).timeline.front().text == "the issue regressed in Sentry");
    activity.activity = "status_escalating";
    BOOST_TEST(decide_for(activity).timeline.front().text == "the issue is escalating in Sentry");
}

BOOST_AUTO_TEST_CASE(a_resolution_says_how_and_in_which_release) {
    auto const resolved = [](auto change) {
        return decide_changed(
            issue_situation("resolved", "resolved", status::open),
            [&](sentry::webhook& webhook) { change(std::get<sentry::issue>(webhook.what)); }
        );
    };
    auto const text = [&](char const* type) {
        return resolved([&](sentry::issue& issue) { issue.resolution_type = type; }).timeline.front().text;
    };
    BOOST_TEST(text("now") == "resolved in Sentry");
    BOOST_TEST(text("in_next_release") == "resolved in Sentry in the next release");
    BOOST_TEST(text("with_commit") == "resolved in Sentry by a commit");
    BOOST_TEST(text("autoresolve") == "resolved in Sentry, because it was not seen for some time");
    auto const in_release = resolved([](sentry::issue& issue) {
        issue.resolution_type = "in_release";
        issue.resolved_release = "shop@1.2.3";
    });
    BOOST_TEST(in_release.timeline.front().text == "resolved in Sentry in release shop@1.2.3");
    BOOST_TEST(in_release.state.resolved_release == "shop@1.2.3");
    auto const in_commit = resolved([](sentry::issue& issue) { issue.resolved_commit = "4f2a9c1"; });
    BOOST_TEST(in_commit.timeline.front().text == "resolved in Sentry in commit 4f2a9c1");
    // It stays when the incident is reopened, until it is resolved otherwise.
    auto from = issue_situation("unresolved", "unresolved", status::resolved);
    from.known->state.resolved_release = "shop@1.2.3";
    BOOST_TEST(decide_for(from).state.resolved_release == "shop@1.2.3");
    from.known->state.status = status::open;
    BOOST_TEST((**apply_action(person_action::resolve, from.known->state, now)).resolved_release == "");

    situation by_age;
    by_age.resource = "activity_alert";
    by_age.activity = "status_resolved_by_age";
    by_age.issue_status = "resolved";
    by_age.known = incident_with(status::open);
    BOOST_TEST(
        decide_for(by_age).timeline.front().text ==
        "resolved in Sentry, because it was not seen for some time"
    );
}

BOOST_AUTO_TEST_CASE(seer_speaks_in_sentences_with_links) {
    sentry::activity_alert alert;
    alert.type = "seer_root_cause_completed";
    alert.summary = "the gateway has no timeout";
    BOOST_TEST(words_of_activity(alert) == "Seer found the root cause: the gateway has no timeout");
    alert = {};
    alert.type = "seer_pr_created";
    alert.pull_requests = {{"northwind/shop", "https://github.example/northwind/shop/pull/7"}};
    BOOST_TEST(
        words_of_activity(alert) ==
        "Seer opened a pull request\nnorthwind/shop: https://github.example/northwind/shop/pull/7"
    );
    alert.type = "seer_pondering_started";
    alert.pull_requests.clear();
    BOOST_TEST(words_of_activity(alert) == "Seer: pondering started");
}

BOOST_AUTO_TEST_CASE(the_assignee_in_sentry_never_replaces_the_one_here) {
    auto const assigned = [](situation const& from, char const* action) {
        return decide_changed(
                   from,
                   [&](sentry::webhook& webhook) {
                       webhook.action = action;
                       auto& issue = std::get<sentry::issue>(webhook.what);
                       issue.names_assignee = true;
                       issue.assignee = "Grace";
                   }
        ).state;
    };
    auto from = issue_situation("assigned", "unresolved", status::open);
    // Sentry's assignee is no member.
    BOOST_TEST(assigned(from, "assigned").sentry_assignee == "Grace");
    BOOST_TEST(assigned(from, "assigned").assignee == "");
    from.context.assigned_member = "grace@acme.example";
    BOOST_TEST(assigned(from, "assigned").assignee == "grace@acme.example");
    // An assignee who is not a member is shown as in Sentry.
    from.context.assigned_member.clear();
    BOOST_TEST(assigned(from, "unresolved").sentry_assignee == "Grace");
    BOOST_TEST(assigned(from, "unresolved").assignee == "");
    // A person took the incident.
    from.context.assigned_member = "grace@acme.example";
    from.known->state.assignee = "ada@acme.example";
    BOOST_TEST(assigned(from, "assigned").assignee == "ada@acme.example");
    // A person chose that it has none.
    from.known->state.assignee.clear();
    from.known->state.assignee_pinned = true;
    BOOST_TEST(assigned(from, "assigned").assignee == "");
    // A resolved incident, too.
    from.known = incident_with(status::resolved);
    BOOST_TEST(assigned(from, "assigned").assignee == "grace@acme.example");

    // The issue has no assignee any more; another webhook does not say.
    auto known = issue_situation("unresolved", "unresolved", status::open);
    known.known->state.sentry_assignee = "Grace";
    BOOST_TEST(decide_for(known).state.sentry_assignee == "Grace");
    auto const cleared = decide_changed(known, [](sentry::webhook& webhook) {
        std::get<sentry::issue>(webhook.what).names_assignee = true;
    });
    BOOST_TEST(cleared.state.sentry_assignee == "");
}

BOOST_AUTO_TEST_CASE(test_notifications_are_marked_until_a_real_event_comes) {
    auto from = alert_situation();
    auto const alert = [&](bool is_test) {
        return decide_changed(
                   from,
                   [&](sentry::webhook& webhook) {
                       std::get<sentry::event_alert>(webhook.what).is_test = is_test;
                   }
        ).state;
    };
    BOOST_TEST(alert(true).is_test);
    BOOST_TEST(!alert(false).is_test);
    from.known = incident_with(status::open);
    BOOST_TEST(!alert(true).is_test);
    from.known->state.is_test = true;
    BOOST_TEST(alert(true).is_test);
    BOOST_TEST(!alert(false).is_test);
}

BOOST_AUTO_TEST_CASE(feedback_is_info_and_its_message_is_shown) {
    situation from;
    auto const made = decide_changed(from, [](sentry::webhook& webhook) {
        auto& issue = std::get<sentry::issue>(webhook.what);
        issue.category = "feedback";
        issue.title = "User feedback: I cannot pay";
        issue.message = "I cannot pay\nwith my card";
    });
    BOOST_TEST((made.state.severity == severity::info));
    BOOST_TEST(made.state.category == "feedback");
    BOOST_TEST(made.state.description == "I cannot pay\nwith my card");
}

BOOST_AUTO_TEST_CASE(evidence_is_kept_as_json_and_bounded) {
    BOOST_TEST(evidence_json({}) == "");
    BOOST_TEST(
        evidence_json({{"Status code", "503"}, {"Reason", "\"timeout\""}}) ==
        R"([{"name":"Status code","value":"503"},{"name":"Reason","value":"\"timeout\""}])"
    );
    std::vector<std::pair<std::string, std::string>> const long_one(50, {"n", std::string(2000, 'x')});
    BOOST_TEST(evidence_json(long_one).size() <= 10'000u);
}

BOOST_AUTO_TEST_CASE(the_link_is_built_from_the_organization_where_the_body_has_none) {
    situation from;
    from.context.issue_pages = "https://sentry.io/organizations/northwind/issues/";
    BOOST_TEST(decide_for(from).state.url == "https://sentry.io/organizations/northwind/issues/4517203344/");
    auto const linked = decide_changed(from, [](sentry::webhook& webhook) {
        std::get<sentry::issue>(webhook.what).url = "https://northwind.sentry.io/issues/4517203344/";
    });
    BOOST_TEST(linked.state.url == "https://northwind.sentry.io/issues/4517203344/");
}

BOOST_AUTO_TEST_SUITE_END()
