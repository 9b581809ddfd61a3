// What webhooks say about their source: titles, links, kinds, people.
#include <tocsin/sentry/webhook.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using namespace tocsin::sentry;

namespace {

webhook decoded(std::string const& resource, std::string const& action, std::string const& data) {
    auto hook = decode_webhook(
        R"({"action":")" + action +
            R"(","installation":{"uuid":"7a485448-a9e2-4c85-8a3c-4f44175783c9"},"data":)" + data +
            R"(,"actor":{"type":"application","id":"sentry","name":"Sentry"}})",
        resource
    );
    BOOST_REQUIRE(hook.has_value());
    BOOST_TEST(hook->unreadable == "");
    BOOST_TEST(hook->disagreement == "");
    return *hook;
}

event_alert alert_with(std::string const& members, std::string const& beside = "") {
    auto const hook = decoded(
        "event_alert",
        "triggered",
        R"({"event":{"event_id":"e4874d664c3540c1a32eab185f12c5ab","project":1,)" + members +
            R"(},"triggered_rule":"A rule")" + beside + "}"
    );
    return std::get<event_alert>(hook.what);
}

issue issue_with(std::string const& members, std::string const& action = "created") {
    auto const hook = decoded(
        "issue", action, R"({"issue":{"id":"5","project":{"id":"1","slug":"shop"},)" + members + "}}"
    );
    return std::get<issue>(hook.what);
}

metric_alert metric_with(std::string const& alert, std::string const& beside = "") {
    auto const hook =
        decoded("metric_alert", "critical", R"({"metric_alert":{"id":"789",)" + alert + "}" + beside + "}");
    return std::get<metric_alert>(hook.what);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook_words)

BOOST_AUTO_TEST_CASE(the_title_of_an_occurrence_is_that_of_its_issue) {
    auto const slow = alert_with(
        R"("issue_id":"5","title":"/checkout/{id}","level":"info","occurrence":{"type":1006,"issueTitle":"N+1 Query",)"
        R"("evidenceDisplay":[{"name":"Transaction","value":"/checkout/{id}","important":true},{"name":"Spans","value":"17","important":false},)"
        R"({"name":"Query","value":"SELECT price","important":true}]})"
    );
    BOOST_TEST(slow.title == "N+1 Query");
    BOOST_TEST(slow.category == "performance");
    BOOST_REQUIRE(slow.evidence.size() == 2u);
    BOOST_TEST(slow.evidence[1].first == "Query");
    BOOST_TEST(slow.evidence[1].second == "SELECT price");
    auto const plain = alert_with(R"("issue_id":"5","title":"TimeoutError","occurrence":null)");
    BOOST_TEST(plain.title == "TimeoutError");
    BOOST_TEST(plain.category == "error");
    auto const down = alert_with(
        R"("issue_id":"5","title":"x","occurrence":{"type":7001,"issueTitle":"Downtime detected for https://shop.example","level":"error"})"
    );
    BOOST_TEST(down.category == "outage");
    BOOST_TEST(down.level == "error");
}

BOOST_AUTO_TEST_CASE(feedback_has_its_first_line_as_title) {
    auto const created = issue_with(
        R"("title":"User Feedback","issueCategory":"feedback","metadata":{"message":"  I cannot pay\nwith my card"})"
    );
    BOOST_TEST(created.title == "User feedback: I cannot pay");
    BOOST_TEST(created.message == "  I cannot pay\nwith my card");
    auto const alert = alert_with(
        R"("issue_id":"5","title":"User Feedback","contexts":{"feedback":{"message":"I cannot pay"}},)"
        R"("occurrence":{"type":6001,"issueTitle":"User Feedback","subtitle":"other"})"
    );
    BOOST_TEST(alert.title == "User feedback: I cannot pay");
    BOOST_TEST(alert.category == "feedback");
    BOOST_TEST(issue_with(R"("title":"User Feedback","issueCategory":"feedback")").title == "User Feedback");
}

BOOST_AUTO_TEST_CASE(categories_have_one_name) {
    auto const category = [](std::string const& name) {
        return issue_with(R"("issueCategory":")" + name + "\"").category;
    };
    BOOST_TEST(category("error") == "error");
    BOOST_TEST(category("outage") == "outage");
    BOOST_TEST(category("cron") == "outage");
    BOOST_TEST(category("uptime") == "outage");
    BOOST_TEST(category("metric") == "metric");
    BOOST_TEST(category("db_query") == "performance");
    BOOST_TEST(category("configuration") == "configuration");
    BOOST_TEST(issue_with(R"("title":"x")").category == "");
}

BOOST_AUTO_TEST_CASE(the_title_of_a_metric_alert_is_the_name_of_its_rule) {
    std::string const described =
        R"(,"description_title":"Critical: p95: checkout","description_text":"5 events\nThreshold: Static")";
    auto const alert = metric_with(
        R"("title":"old p95","status":2,"date_started":"2026-03-02T09:00:00Z","date_detected":"2026-03-02T09:01:00Z","alert_rule":{"id":456,"name":"p95"})",
        described
    );
    BOOST_TEST(alert.title == "p95");
    BOOST_TEST(alert.text == "5 events");
    BOOST_TEST(alert.rule_id == "456");
    BOOST_TEST(alert.is_closed);
    BOOST_TEST(to_rfc3339(alert.started_at.value()) == "2026-03-02T09:01:00.000000Z");
    BOOST_TEST(metric_with(R"("title":"monitor","alert_rule":null)", described).title == "monitor");
    BOOST_TEST(metric_with(R"("status":20)", described).title == "p95: checkout");
    BOOST_TEST(!metric_with(R"("status":20)").is_closed);
}

BOOST_AUTO_TEST_CASE(the_link_is_the_page_of_the_issue) {
    BOOST_TEST(
        alert_with(
            R"("issue_id":"5","web_url":"https://sentry.io/organizations/northwind/issues/5/events/e4874d664c3540c1a32eab185f12c5ab/")"
        )
            .url == "https://sentry.io/organizations/northwind/issues/5/"
    );
    BOOST_TEST(
        alert_with(R"("issue_id":"5","issue_url":"https://sentry.io/api/0/organizations/northwind/issues/5/")"
        )
            .url == "https://sentry.io/organizations/northwind/issues/5/"
    );
    BOOST_TEST(alert_with(R"("issue_id":"5","issue_url":"https://sentry.io/api/0/issues/5/")").url == "");
    BOOST_TEST(
        issue_with(
            R"("permalink":null,"web_url":null,"url":"https://sentry.io/api/0/organizations/northwind/issues/5/")"
        )
            .url == "https://sentry.io/organizations/northwind/issues/5/"
    );
    BOOST_TEST(
        issue_with(R"("permalink":"https://northwind.sentry.io/issues/5/")").url ==
        "https://northwind.sentry.io/issues/5/"
    );
    BOOST_TEST(issue_with(R"x("permalink":"javascript:alert('/issues/5/')")x").url == "");
}

BOOST_AUTO_TEST_CASE(an_old_sender_names_the_issue_by_its_address) {
    BOOST_TEST(
        alert_with(R"("issue_url":"https://sentry.example/api/0/issues/1117540176/")").issue_id ==
        "1117540176"
    );
    BOOST_TEST(
        alert_with(R"("issue_url":"https://sentry.example/api/0/organizations/northwind/issues/1117540176/")")
            .issue_id == "1117540176"
    );
    BOOST_TEST(
        alert_with(R"("issue_id":"5","issue_url":"https://sentry.example/api/0/issues/6/")").issue_id == "5"
    );
}

BOOST_AUTO_TEST_CASE(test_notifications_are_recognized) {
    BOOST_TEST(alert_with(R"("issue_id":"5")", R"(,"issue_alert":{"id":-1,"title":"x"})").is_test);
    BOOST_TEST(alert_with(R"("issue_id":"5","tags":[["sample_event","yes"]])").is_test);
    BOOST_TEST(alert_with(R"("issue_id":"5","occurrence":{"type":9001,"issueTitle":"Test Issue"})").is_test);
    BOOST_TEST(!alert_with(R"("issue_id":"5")", R"(,"issue_alert":{"id":12,"title":"x"})").is_test);
}

BOOST_AUTO_TEST_CASE(resolutions_name_release_and_commit) {
    auto const release =
        issue_with(R"("status":"resolved","statusDetails":{"inRelease":"shop@1.2.3"})", "resolved");
    BOOST_TEST(release.resolved_release == "shop@1.2.3");
    auto const commit =
        issue_with(R"("status":"resolved","statusDetails":{"inCommit":{"id":"4f2a9c1"}})", "resolved");
    BOOST_TEST(commit.resolved_commit == "4f2a9c1");
}

BOOST_AUTO_TEST_CASE(the_assignee_may_be_named_cleared_or_left_out) {
    BOOST_TEST(!issue_with(R"("title":"x")").names_assignee);
    auto const cleared = issue_with(R"("assignedTo":null)");
    BOOST_TEST(cleared.names_assignee);
    BOOST_TEST(cleared.assignee == "");
    auto const named =
        issue_with(R"("assignedTo":{"type":"user","id":"1","name":"Grace","email":"grace@acme.example"})");
    BOOST_TEST(named.assignee == "Grace");
    BOOST_TEST(named.assignee_email == "grace@acme.example");
    auto const hook = decoded(
        "issue",
        "assigned",
        R"({"assignee":{"type":"user","id":2,"name":"Ada"},"issue":{"id":"5","project":{"id":"1"},"assignedTo":{"type":"user","id":"2","name":"Ada","email":"ada@acme.example"}}})"
    );
    BOOST_TEST(std::get<issue>(hook.what).assignee == "Ada");
    BOOST_TEST(std::get<issue>(hook.what).assignee_email == "ada@acme.example");
}

BOOST_AUTO_TEST_CASE(an_activity_names_the_person_and_the_pull_requests) {
    auto const hook = decoded(
        "activity_alert",
        "triggered",
        R"({"issue":{"id":"5","project":{"id":"1"}},"alert":{"id":1,"title":"Watch"},"activity":{"type":"seer_pr_created","details":{)"
        R"("user":{"id":3,"name":"Grace","username":"grace"},"summary":"a fix","pull_requests":[{"repo_name":"northwind/shop","url":"https://github.example/7"},{"repo_name":"x","url":"javascript:1"}]}}})"
    );
    BOOST_TEST(hook.actor.type == "user");
    BOOST_TEST(hook.actor.name == "Grace");
    auto const& activity = std::get<activity_alert>(hook.what);
    BOOST_TEST(activity.summary == "a fix");
    BOOST_REQUIRE(activity.pull_requests.size() == 2u);
    BOOST_TEST(activity.pull_requests[0].second == "https://github.example/7");
    BOOST_TEST(activity.pull_requests[1].second == "");
}

BOOST_AUTO_TEST_CASE(a_comment_has_an_identity) {
    auto const hook = decoded(
        "comment",
        "created",
        R"({"comment_id":1234,"issue_id":100,"project_slug":"sentry","timestamp":"2022-03-02T21:51:44.118160Z","comment":"adding a comment"})"
    );
    BOOST_TEST(std::get<comment>(hook.what).id == "1234");
    BOOST_TEST(std::get<comment>(hook.what).timestamp == "2022-03-02T21:51:44.118160Z");
}

BOOST_AUTO_TEST_SUITE_END()
