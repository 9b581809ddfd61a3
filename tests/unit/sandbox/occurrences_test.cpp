#include "sandbox_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

struct kind_row {
    char const* kind;
    char const* type;
    char const* category;
    char const* number;
    char const* title;
    char const* event_title;
    char const* announced;
};
constexpr kind_row kinds[] = {
    {"performance",
     "performance_n_plus_one_db_queries",
     "db_query",
     "1006",
     "N+1 Query",
     "/checkout/summary",
     ""},
    {"uptime",
     "uptime_domain_failure",
     "outage",
     "7001",
     "Downtime detected for https://shop.example/health",
     "<unlabeled event>",
     "issue.created"},
    {"cron",
     "monitor_check_in_failure",
     "outage",
     "4001",
     "Cron failure: nightly-invoices",
     "<unlabeled event>",
     "issue.created"},
    {"feedback", "feedback", "feedback", "6001", "User Feedback", "User Feedback", "issue.created"},
    {"metric", "metric_issue", "metric", "8001", "Too many failed payments", "<unlabeled event>", ""},
    {"test", "test_notification", "test_notification", "9001", "Test Issue", "Test Issue", ""}
};

constexpr char const* issues = "/control/organizations/northwind/issues";

std::string resource_of(http::request const& request) {
    return std::string(request.headers.find("Sentry-Hook-Resource").value_or("")) + "." +
           text_at(parse(request.body), {"action"});
}

/// The resources of the webhooks since `from`.
std::string resources_since(sandbox_fixture const& fixture, std::size_t from) {
    std::string out;
    for (auto i = from; i < fixture.app.requests.size(); ++i)
        out += (out.empty() ? "" : " ") + resource_of(fixture.app.requests[i]);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(occurrences)

SANDBOX_TEST(each_kind_has_sentrys_names_and_its_own_event_title) {
    auto const connected = co_await fixture.connect_installed("northwind");
    co_await fixture.post("/control/settings", R"({"subscriptions":["issue","error"]})");
    for (auto const& [kind, type, category, number, title, event_title, announced] : kinds) {
        BOOST_TEST_CONTEXT(kind) {
            auto const before = fixture.app.requests.size();
            auto const created =
                co_await fixture.post(issues, json_object({{"project", "checkout"}, {"kind", kind}}));
            BOOST_TEST(created.status == 201);
            BOOST_TEST(resources_since(fixture, before) == announced);
            auto const id = text_at(parse(created.body), {"issue", "id"});
            auto const shown =
                parse((co_await fixture.get("/api/0/issues/" + id + "/", connected.token)).body);
            BOOST_TEST(text_at(shown, {"issueType"}) == type);
            BOOST_TEST(text_at(shown, {"issueCategory"}) == category);
            BOOST_TEST(text_at(shown, {"title"}) == title);

            auto const events = fixture.app.requests.size();
            co_await fixture.post("/control/issues/" + id + "/events", "{}");
            BOOST_TEST(
                resources_since(fixture, events) == "event_alert.triggered", "error.created is for errors"
            );
            auto const alert = parse(fixture.app.requests.back().body);
            BOOST_TEST(text_at(alert, {"data", "event", "title"}) == event_title);
            BOOST_TEST(text_at(alert, {"data", "event", "occurrence", "issueTitle"}) == title);
            BOOST_TEST(text_at(alert, {"data", "event", "occurrence", "type"}) == number);
            BOOST_TEST(!alert.root().find("data")->find("event")->find("exception").has_value());
            auto const latest =
                parse((co_await fixture.get("/api/0/issues/" + id + "/events/latest/", connected.token)).body
                );
            BOOST_TEST(text_at(latest, {"occurrence", "issueTitle"}) == title);
        }
    }
}

SANDBOX_TEST(an_error_has_no_occurrence) {
    co_await fixture.connect_installed("northwind");
    co_await fixture.post("/control/issues/CHECKOUT-1/events", "{}");
    auto const& alert = fixture.app.requests.back().body;
    BOOST_TEST(alert.find("occurrence") == std::string::npos);
    BOOST_TEST(alert.find("\"exception\"") != std::string::npos);
    BOOST_TEST((co_await fixture.post(issues, R"({"project":"checkout","kind":"none"})")).status == 400);
}

SANDBOX_TEST(evidence_can_be_given) {
    co_await fixture.connect_installed("northwind");
    co_await fixture.post(
        issues,
        R"({"project":"checkout","kind":"uptime","short_id":"UP-1","announced":false,)"
        R"("evidence":[{"name":"Failure reason","value":"503","important":true},{"name":"Method","value":"HEAD"}]})"
    );
    BOOST_TEST(fixture.app.requests.size() == 1u, "only installation.created");
    co_await fixture.post("/control/issues/UP-1/events", "{}");
    BOOST_TEST(
        fixture.app.requests.back().body.find(
            R"("evidenceDisplay":[{"name":"Failure reason","value":"503","important":true},)"
            R"({"name":"Method","value":"HEAD","important":false}])"
        ) != std::string::npos
    );
}

SANDBOX_TEST(feedback_has_its_message) {
    co_await fixture.connect_installed("northwind");
    co_await fixture.post(issues, R"({"project":"checkout","kind":"feedback","short_id":"FB-1"})");
    auto const created = parse(fixture.app.requests.back().body);
    BOOST_TEST(
        text_at(created, {"data", "issue", "metadata", "message"}) ==
        "The button to pay does nothing.\nI tried it twice."
    );
    co_await fixture.post("/control/issues/FB-1/events", "{}");
    auto const alert = parse(fixture.app.requests.back().body);
    BOOST_TEST(
        text_at(alert, {"data", "event", "contexts", "feedback", "message"}) ==
        "The button to pay does nothing.\nI tried it twice."
    );
}

SANDBOX_TEST(an_activity_alert_has_its_rule_and_settings_and_changes_the_issue) {
    auto const connected = co_await fixture.connect_installed("northwind");
    auto const activities = std::string("/control/issues/CHECKOUT-1/activities");
    co_await fixture.post(
        activities,
        R"({"type":"status_resolved","user":"Ada","username":"ada@example.com","rule":"Watch","rule_id":5,)"
        R"("settings":{"service":"api"}})"
    );
    BOOST_TEST(resource_of(fixture.app.requests.back()) == "activity_alert.triggered");
    auto const& body = fixture.app.requests.back().body;
    auto const alert = parse(body);
    BOOST_TEST(text_at(alert, {"data", "activity", "type"}) == "status_resolved");
    BOOST_TEST(text_at(alert, {"data", "activity", "details", "user", "username"}) == "ada@example.com");
    BOOST_TEST(text_at(alert, {"data", "alert", "id"}) == "5");
    BOOST_TEST(body.find(R"("settings":[{"name":"service","value":"api"}])") != std::string::npos);
    BOOST_TEST(text_at(alert, {"data", "issue", "status"}) == "resolved");
    BOOST_TEST(!text_at(alert, {"data", "issue", "web_url"}).empty());

    co_await fixture.post(activities, R"({"type":"status_escalating"})");
    BOOST_TEST(
        text_at(parse(fixture.app.requests.back().body), {"data", "issue", "substatus"}) == "escalating"
    );
    co_await fixture.post(
        activities,
        R"({"type":"seer_pr_created","summary":"Fixed","pull_requests":["https://git.example/1"]})"
    );
    auto const seer = parse(fixture.app.requests.back().body);
    BOOST_TEST(text_at(seer, {"data", "activity", "details", "summary"}) == "Fixed");
    BOOST_TEST(
        text_at(seer, {"data", "issue", "substatus"}) == "escalating", "only status_* changes the issue"
    );
}

SANDBOX_TEST(a_comment_keeps_its_time) {
    co_await fixture.connect_installed("northwind");
    auto const comments = std::string("/control/issues/CHECKOUT-1/comments");
    auto const time_of = [&] {
        return text_at(parse(fixture.app.requests.back().body), {"data", "timestamp"});
    };
    co_await fixture.post(comments, R"({"comment_id":7,"comment":"Looking"})");
    auto const written = time_of();
    fixture.time.advance(std::chrono::minutes(5));
    co_await fixture.post(comments, R"({"comment_id":7,"action":"updated","comment":"Fixed"})");
    BOOST_TEST(time_of() == written);
    co_await fixture.post(comments, R"({"comment_id":8,"comment":"Another"})");
    BOOST_TEST(time_of() > written);
    co_await fixture.post(comments, R"({"comment_id":8,"action":"updated","at":"2026-03-02T10:00:00Z"})");
    BOOST_TEST(time_of() == "2026-03-02T10:00:00.000000Z");
}

BOOST_AUTO_TEST_SUITE_END()
