#include "sandbox_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* new_issue = R"({"project":"checkout","id":"9200000000000001","title":"E: \u20ac"})";
constexpr char const* issues = "/control/organizations/northwind/issues";

std::string header(http::request const& request, char const* name) {
    return std::string(request.headers.find(name).value_or(""));
}

/// The statuses of the webhooks in a control response; "none" without a response.
std::string statuses_of(http::client_response const& control) {
    auto const body = parse(control.body);
    auto const sent = body.root().find("webhooks").value();
    std::string out;
    for (std::size_t i = 0; i < sent.size(); ++i)
        out += (i ? " " : "") + std::string(sent.element(i).find("status")->as_id_text().value_or("none"));
    return out;
}

http::response refusal(int status) {
    return http::response::text(status, "no");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(webhooks)

SANDBOX_TEST(a_webhook_has_sentrys_headers_and_signature) {
    co_await fixture.connect_installed("northwind");
    fixture.app.requests.clear();
    auto const response = co_await fixture.post(issues, new_issue);
    BOOST_TEST(response.status == 201);
    BOOST_TEST(statuses_of(response) == "200");
    BOOST_REQUIRE(fixture.app.requests.size() == 1u);
    auto const& webhook = fixture.app.requests.front();
    BOOST_TEST(header(webhook, "Content-Type") == "application/json");
    BOOST_TEST(header(webhook, "Sentry-Hook-Resource") == "issue");
    BOOST_TEST(header(webhook, "Sentry-Hook-Timestamp") == "1772442845");
    BOOST_TEST(header(webhook, "Sentry-Hook-Signature") == signature_of(webhook.body));
    BOOST_TEST(header(webhook, "Request-ID").size() == 32u);
    BOOST_TEST(header(webhook, "User-Agent").starts_with("sentry/"));
    BOOST_TEST(header(webhook, "Accept") == "*/*");
    BOOST_TEST(std::all_of(webhook.body.begin(), webhook.body.end(), [](char c) {
        return c >= ' ' && c <= '~';
    }));
    BOOST_TEST(webhook.body.find(R"(\u20ac)") != std::string::npos);
}

SANDBOX_TEST(pending_installations_get_installation_webhooks_only) {
    co_await fixture.connect("northwind");
    BOOST_TEST(fixture.app.requests.size() == 1u);
    BOOST_TEST(statuses_of(co_await fixture.post(issues, new_issue)).empty());
    BOOST_TEST(fixture.app.requests.size() == 1u);
}

SANDBOX_TEST(each_change_of_an_issue_sends_a_webhook) {
    auto const connected = co_await fixture.connect_installed("northwind");
    co_await fixture.post(issues, new_issue);
    auto const path = std::string("/control/issues/9200000000000001/");
    for (std::string const change : {"resolve", "unresolve", "ignore", "assign", "comments"})
        BOOST_TEST(statuses_of(co_await fixture.post(path + change, "{}")) == "200");
    std::string actions;
    for (auto const& webhook : fixture.app.requests)
        actions +=
            header(webhook, "Sentry-Hook-Resource") + "." + text_at(parse(webhook.body), {"action"}) + " ";
    BOOST_TEST(
        actions ==
        "installation.created issue.created issue.resolved issue.unresolved issue.ignored issue.assigned "
        "comment.created "
    );
    BOOST_TEST(text_at(parse(fixture.app.requests.back().body), {"installation", "uuid"}) == connected.uuid);
}

SANDBOX_TEST(an_event_sends_an_alert_and_reopens_a_resolved_issue) {
    co_await fixture.connect_installed("northwind");
    co_await fixture.post(issues, new_issue);
    fixture.app.requests.clear();
    std::string const events = "/control/issues/9200000000000001/events";
    BOOST_TEST(
        statuses_of(co_await fixture.post(events, R"({"settings":{"service":"api"},"rule_id":5})")) == "200"
    );
    auto const alert = parse(fixture.app.requests.back().body);
    BOOST_TEST(text_at(alert, {"data", "issue_alert", "id"}) == "5");
    BOOST_TEST(text_at(alert, {"data", "event", "issue_id"}) == "9200000000000001");

    co_await fixture.post("/control/issues/9200000000000001/resolve", "{}");
    BOOST_TEST(statuses_of(co_await fixture.post(events, R"({"regression":false})")) == "200");
    BOOST_TEST(statuses_of(co_await fixture.post(events, "{}")) == "200 200");
    auto const before_last = parse(fixture.app.requests[fixture.app.requests.size() - 2].body);
    BOOST_TEST(text_at(before_last, {"action"}) == "unresolved");
    BOOST_TEST(text_at(before_last, {"data", "issue", "substatus"}) == "regressed");

    co_await fixture.post("/control/settings", R"({"subscriptions":["error"]})");
    BOOST_TEST(statuses_of(co_await fixture.post(events, R"({"rule":"","environment":"staging"})")) == "200");
    auto const error_hook = parse(fixture.app.requests.back().body);
    BOOST_TEST(text_at(error_hook, {"data", "error", "environment"}) == "staging");
    BOOST_TEST(statuses_of(co_await fixture.post(issues, R"({"project":"checkout"})")).empty());
}

SANDBOX_TEST(a_metric_alert_needs_no_issue) {
    co_await fixture.connect_installed("northwind");
    auto const response = co_await fixture.post(
        "/control/organizations/northwind/metric-alerts",
        R"({"action":"critical","projects":["checkout"],"settings":[{"name":"service","value":"api"}]})"
    );
    BOOST_TEST(statuses_of(response) == "200");
    BOOST_TEST(header(fixture.app.requests.back(), "Sentry-Hook-Resource") == "metric_alert");
}

SANDBOX_TEST(unpublished_apps_get_one_attempt) {
    co_await fixture.connect_installed("northwind");
    fixture.app.requests.clear();
    fixture.app.responses = {refusal(500)};
    BOOST_TEST(statuses_of(co_await fixture.post(issues, new_issue)) == "500");
    BOOST_TEST(fixture.app.requests.size() == 1u);
}

SANDBOX_TEST(published_apps_get_three_attempts_after_some_statuses) {
    co_await fixture.connect_installed("northwind");
    co_await fixture.post("/control/settings", R"({"published":true,"retry_delay_ms":0})");
    struct row {
        int status;
        std::size_t attempts;
    };
    for (auto const& [status, attempts] :
         {row{200, 1},
          {302, 1},
          {400, 1},
          {401, 1},
          {404, 1},
          {429, 1},
          {500, 3},
          {502, 3},
          {503, 1},
          {504, 1}}) {
        BOOST_TEST_CONTEXT(status) {
            fixture.app.requests.clear();
            fixture.app.responses = {refusal(status), refusal(status), refusal(status)};
            co_await fixture.post(issues, R"({"project":"checkout"})");
            BOOST_TEST(fixture.app.requests.size() == attempts);
        }
    }
    fixture.app.requests.clear();
    fixture.app.responses = {refusal(500)};
    auto const response = co_await fixture.post(issues, R"({"project":"checkout"})");
    BOOST_TEST(statuses_of(response) == "200");
    BOOST_REQUIRE(fixture.app.requests.size() == 2u);
    BOOST_TEST(fixture.app.requests[0].body == fixture.app.requests[1].body);
    BOOST_TEST(
        header(fixture.app.requests[0], "Request-ID") != header(fixture.app.requests[1], "Request-ID")
    );
}

SANDBOX_TEST(an_unreachable_receiver_is_reported) {
    co_await fixture.connect_installed("northwind");
    co_await fixture.post("/control/settings", R"({"webhook_url":"http://127.0.0.1:1/webhooks/sentry"})");
    auto const response = parse((co_await fixture.post(issues, new_issue)).body);
    auto const sent = response.root().find("webhooks")->element(0);
    BOOST_TEST(sent.find("status")->is_null());
    BOOST_TEST(sent.find("trouble")->as_string().value() == "connect");
}

SANDBOX_TEST(exact_bytes_and_headers_can_be_sent) {
    auto const sent = co_await fixture.post(
        "/control/webhooks",
        R"({"resource":"issue","body":"{ \"not\": \"compact\" }","headers":{"Sentry-Hook-Signature":"00","Request-ID":null}})"
    );
    BOOST_TEST(statuses_of(sent) == "200");
    BOOST_TEST(fixture.app.requests.back().body == R"({ "not": "compact" })");
    BOOST_TEST(header(fixture.app.requests.back(), "Sentry-Hook-Signature") == "00");
    BOOST_TEST(!fixture.app.requests.back().headers.find("Request-ID"));

    co_await fixture.post("/control/webhooks", R"({"resource":"seer","body":{"b":1.50,"a":["\u00e9"]}})");
    BOOST_TEST(fixture.app.requests.back().body == R"({"b":1.50,"a":["\u00e9"]})");
    BOOST_TEST(
        header(fixture.app.requests.back(), "Sentry-Hook-Signature") ==
        signature_of(fixture.app.requests.back().body)
    );

    co_await fixture.post(
        "/control/webhooks", R"({"resource":"issue","body":"{}","client_secret":"fake-old-secret"})"
    );
    BOOST_TEST(
        header(fixture.app.requests.back(), "Sentry-Hook-Signature") == signature_of("{}", "fake-old-secret")
    );
}

SANDBOX_TEST(the_log_has_the_responses_and_can_resend) {
    co_await fixture.connect_installed("northwind");
    auto refused = http::response::text(401, std::string(3000, 'x'));
    refused.headers.set("Sentry-Hook-Error", "0123");
    refused.headers.set("Sentry-Hook-Project", "77");
    fixture.app.responses = {refused};
    co_await fixture.post(issues, new_issue);
    auto const log = parse((co_await fixture.get("/control/webhooks")).body);
    auto const items = log.root().find("items").value();
    auto const last = items.element(items.size() - 1);
    BOOST_TEST(last.find("answer")->as_string()->size() == 1024u);
    BOOST_TEST(last.find("hook_error")->as_string().value() == "0123");
    BOOST_TEST(last.find("hook_project")->as_string().value() == "77");
    auto const path = "/control/webhooks/" + std::string(last.find("id")->as_id_text().value());
    auto const full = parse((co_await fixture.get(path)).body);
    BOOST_TEST(text_at(full, {"body"}) == fixture.app.requests.back().body);
    BOOST_TEST(text_at(full, {"headers", "Sentry-Hook-Resource"}) == "issue");
    BOOST_TEST(statuses_of(co_await fixture.post(path + "/again", "{}")) == "200");
    BOOST_TEST(
        fixture.app.requests[fixture.app.requests.size() - 2].body == fixture.app.requests.back().body
    );
    BOOST_TEST((co_await fixture.get("/control/webhooks/999")).status == 404);

    for (int i = 0; i < 100; ++i)
        co_await fixture.post("/control/webhooks", R"({"resource":"issue","body":"{}"})");
    auto const full_log = parse((co_await fixture.get("/control/webhooks")).body);
    BOOST_TEST(full_log.root().find("items")->size() == 100u);
}

SANDBOX_TEST(uninstalling_fails_if_a_published_app_responds_503) {
    auto const connected = co_await fixture.connect_installed("northwind");
    auto const path = "/control/installations/" + connected.uuid;
    co_await fixture.post("/control/settings", R"({"published":true,"retry_delay_ms":0})");
    fixture.app.responses = {refusal(503)};
    BOOST_TEST((co_await fixture.remove(path)).status == 502);
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", connected.token)).status == 200);
    fixture.app.requests.clear();
    fixture.app.responses = {refusal(500), refusal(500)};
    BOOST_TEST(statuses_of(co_await fixture.remove(path)) == "500");
    BOOST_TEST(fixture.app.requests.size() == 1u);
    BOOST_TEST((co_await fixture.remove(path)).status == 404);
}

SANDBOX_TEST(a_changed_secret_signs_later_webhooks) {
    co_await fixture.post("/control/settings", R"({"client_secret":"fake-new-secret"})");
    co_await fixture.post(
        "/control/installations",
        R"({"organization":"northwind","uuid":"7a485448-0000-4000-8000-000000000002"})"
    );
    BOOST_REQUIRE(fixture.app.requests.size() == 1u);
    BOOST_TEST(
        header(fixture.app.requests[0], "Sentry-Hook-Signature") ==
        signature_of(fixture.app.requests[0].body, "fake-new-secret")
    );
    BOOST_TEST(
        text_at(parse(fixture.app.requests[0].body), {"installation", "uuid"}) ==
        "7a485448-0000-4000-8000-000000000002"
    );
}

SANDBOX_TEST(invalid_control_requests_are_refused) {
    BOOST_TEST((co_await fixture.post(issues, R"({"project":"nowhere"})")).status == 404);
    BOOST_TEST((co_await fixture.post(issues, R"({"project":"checkout","color":"red"})")).status == 400);
    BOOST_TEST((co_await fixture.post("/control/organizations", R"({"slug":"northwind"})")).status == 409);
    BOOST_TEST((co_await fixture.post("/control/organizations", R"({"slug":"Bad Slug"})")).status == 400);
    BOOST_TEST(
        (co_await fixture.post(
             "/control/organizations/northwind/projects", R"({"slug":"new","id":"9300000000000001"})"
         ))
            .status == 201
    );
    BOOST_TEST((co_await fixture.post("/control/issues/1/resolve", "{}")).status == 404);
    BOOST_TEST((co_await fixture.post("/control/webhooks", R"({"resource":"issue"})")).status == 400);
    auto const foreign = co_await fixture.exchange(
        http::method::post,
        "/control/clock",
        R"({"advance":1})",
        {{"Content-Type", "application/json"}, {"Sec-Fetch-Site", "cross-site"}}
    );
    BOOST_TEST(foreign->status == 403);
}

BOOST_AUTO_TEST_SUITE_END()
