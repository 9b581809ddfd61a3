#include "sandbox_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* monitors = "/control/organizations/northwind/metric-monitors";
constexpr char const* alerts = "/control/organizations/northwind/metric-alerts";

std::string resource_of(http::request const& request) {
    return std::string(request.headers.find("Sentry-Hook-Resource").value_or("")) + "." +
           text_at(parse(request.body), {"action"});
}

struct sent_alert {
    std::string id;
    std::string status;
    std::string closed;
    std::string rule;
};
sent_alert alert_in(http::request const& request) {
    auto const body = parse(request.body);
    return {
        text_at(body, {"data", "metric_alert", "id"}),
        text_at(body, {"data", "metric_alert", "status"}),
        text_at(body, {"data", "metric_alert", "date_closed"}),
        text_at(body, {"data", "metric_alert", "alert_rule", "id"})
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metric_monitors)

SANDBOX_TEST(each_breach_is_a_period_with_an_id_of_its_own) {
    auto const connected = co_await fixture.connect_installed("northwind");
    auto const created = co_await fixture.post(
        monitors, R"({"project":"checkout","id":"61","name":"Slow","environment":"production"})"
    );
    BOOST_TEST(created.status == 201);
    auto const path = std::string("/control/metric-monitors/61/");
    co_await fixture.post(path + "breach", R"({"action":"warning"})");
    auto const first = alert_in(fixture.app.requests.back());
    BOOST_TEST(resource_of(fixture.app.requests.back()) == "metric_alert.warning");
    BOOST_TEST(first.status == "10");
    BOOST_TEST(first.rule == "61");
    auto const body = parse(fixture.app.requests.back().body);
    BOOST_TEST(text_at(body, {"data", "metric_alert", "title"}) == "Slow");
    BOOST_TEST(text_at(body, {"data", "metric_alert", "alert_rule", "environment"}) == "production");
    BOOST_TEST(body.root().find("data")->find("metric_alert")->find("projects")->size() == 1u);

    co_await fixture.post(path + "breach", R"({"action":"critical"})");
    BOOST_TEST(alert_in(fixture.app.requests.back()).id == first.id, "the period is the same");
    fixture.time.advance(std::chrono::seconds(20));
    co_await fixture.post(path + "recover", "{}");
    auto const resolved = alert_in(fixture.app.requests.back());
    BOOST_TEST(resource_of(fixture.app.requests.back()) == "metric_alert.resolved");
    BOOST_TEST(resolved.id == first.id);
    BOOST_TEST(resolved.status == "2");
    BOOST_TEST(resolved.closed == "2026-03-02T09:14:00.000000Z", "cut to the minute");
    BOOST_TEST((co_await fixture.post(path + "recover", "{}")).status == 409);

    // A firing alert that Sentry sends after the end says so.
    co_await fixture.post(path + "alerts", R"({"action":"critical"})");
    auto const late = alert_in(fixture.app.requests.back());
    BOOST_TEST(late.id == first.id);
    BOOST_TEST(late.status == "2");

    auto const before = fixture.app.requests.size();
    co_await fixture.post(path + "breach", "{}");
    BOOST_REQUIRE(fixture.app.requests.size() == before + 2);
    BOOST_TEST(resource_of(fixture.app.requests[before]) == "metric_alert.critical");
    BOOST_TEST(alert_in(fixture.app.requests[before]).id != first.id);
    BOOST_TEST(alert_in(fixture.app.requests[before]).rule == "61");
    BOOST_TEST(resource_of(fixture.app.requests[before + 1]) == "issue.unresolved");
    auto const issue = parse(fixture.app.requests[before + 1].body);
    BOOST_TEST(text_at(issue, {"data", "issue", "issueCategory"}) == "metric");
    BOOST_TEST(text_at(issue, {"data", "issue", "title"}) == "Slow");
}

SANDBOX_TEST(the_issue_may_come_first) {
    co_await fixture.connect_installed("northwind");
    co_await fixture.post(monitors, R"({"project":"checkout","id":"61"})");
    auto const before = fixture.app.requests.size();
    co_await fixture.post("/control/metric-monitors/61/breach", R"({"issue_first":true,"rule":"Page"})");
    BOOST_REQUIRE(fixture.app.requests.size() == before + 2);
    BOOST_TEST(resource_of(fixture.app.requests[before]) == "event_alert.triggered");
    BOOST_TEST(resource_of(fixture.app.requests[before + 1]) == "metric_alert.critical");
    BOOST_TEST((co_await fixture.post("/control/metric-monitors/62/breach", "{}")).status == 404);
    BOOST_TEST((co_await fixture.post(monitors, R"({"project":"checkout","id":"61"})")).status == 409);
}

SANDBOX_TEST(our_action_in_an_alert_has_the_app_and_the_installation_only_on_request) {
    auto const connected = co_await fixture.connect_installed("northwind");
    auto const settings = std::string(R"("settings":{"service":"api"})");
    co_await fixture.post(alerts, R"({"action":"critical","projects":["checkout"],)" + settings + "}");
    BOOST_TEST(
        fixture.app.requests.back().body.find(
            R"("sentry_app_installation_uuid":")" + connected.uuid + "\""
        ) != std::string::npos
    );
    co_await fixture.post(
        alerts,
        R"({"action":"open","projects":[],"rule_projects":["checkout"],"names_installation":false,)" +
            settings + "}"
    );
    auto const& body = fixture.app.requests.back().body;
    BOOST_TEST(body.find("sentry_app_installation_uuid") == std::string::npos);
    BOOST_TEST(body.find(R"("sentry_app_id":)") != std::string::npos);
    BOOST_TEST(body.find(R"("projects":[],"alert_rule":{)") != std::string::npos);
    BOOST_TEST(body.find(R"("projects":["checkout"],"triggers":)") != std::string::npos);
    co_await fixture.post(alerts, R"({"action":"critical","rule_id":"","projects":["checkout"]})");
    BOOST_TEST(fixture.app.requests.back().body.find(R"("alert_rule":null)") != std::string::npos);
}

SANDBOX_TEST(held_webhooks_wait_until_they_are_released_or_dropped) {
    co_await fixture.connect_installed("northwind");
    co_await fixture.post("/control/settings", R"({"hold_webhooks":true})");
    auto const before = fixture.app.requests.size();
    for (std::string const change : {"resolve", "unresolve", "ignore"})
        co_await fixture.post("/control/issues/CHECKOUT-1/" + change, "{}");
    BOOST_TEST(fixture.app.requests.size() == before);
    auto const held = parse((co_await fixture.get("/control/held-webhooks")).body);
    BOOST_TEST(held.root().find("items")->size() == 3u);
    co_await fixture.post("/control/held-webhooks/release", R"({"count":1})");
    BOOST_REQUIRE(fixture.app.requests.size() == before + 1);
    BOOST_TEST(resource_of(fixture.app.requests.back()) == "issue.resolved");
    BOOST_TEST(
        text_at(parse(fixture.app.requests.back().body), {"data", "issue", "status"}) == "resolved",
        "the body is that of its time"
    );
    co_await fixture.post("/control/held-webhooks/release", R"({"order":"newest_first"})");
    BOOST_REQUIRE(fixture.app.requests.size() == before + 3);
    BOOST_TEST(resource_of(fixture.app.requests.back()) == "issue.unresolved");

    co_await fixture.post("/control/issues/CHECKOUT-1/resolve", "{}");
    BOOST_TEST(text_at(parse((co_await fixture.remove("/control/held-webhooks")).body), {"dropped"}) == "1");
    co_await fixture.post("/control/settings", R"({"hold_webhooks":false})");
    co_await fixture.post("/control/issues/CHECKOUT-1/unresolve", "{}");
    BOOST_TEST(fixture.app.requests.size() == before + 4);
}

BOOST_AUTO_TEST_SUITE_END()
