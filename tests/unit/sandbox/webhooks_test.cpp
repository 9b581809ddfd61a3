#include "lab.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* new_issue = R"({"project":"checkout","id":"9200000000000001","title":"E: \u20ac"})";
constexpr char const* issues = "/control/organizations/northwind/issues";

std::string header(http::request const& of, char const* name) {
    return std::string(of.headers.find(name).value_or(""));
}

/// The statuses that a control answer reports of its webhooks; "trouble" where none came.
std::string reported(http::answer const& control) {
    auto const body = parsed(control.body);
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

LAB_TEST(headers_and_signature) {
    co_await here.connect_installed("northwind");
    here.app.got.clear();
    auto const told = co_await here.post(issues, new_issue);
    BOOST_TEST(told.status == 201);
    BOOST_TEST(reported(told) == "200");
    BOOST_REQUIRE(here.app.got.size() == 1u);
    auto const& hook = here.app.got.front();
    BOOST_TEST(header(hook, "Content-Type") == "application/json");
    BOOST_TEST(header(hook, "Sentry-Hook-Resource") == "issue");
    BOOST_TEST(header(hook, "Sentry-Hook-Timestamp") == "1772442845");
    BOOST_TEST(header(hook, "Sentry-Hook-Signature") == signature_of(hook.body));
    BOOST_TEST(header(hook, "Request-ID").size() == 32u);
    BOOST_TEST(header(hook, "User-Agent").starts_with("sentry/"));
    BOOST_TEST(header(hook, "Accept") == "*/*");
    BOOST_TEST(std::all_of(hook.body.begin(), hook.body.end(), [](char c) { return c >= ' ' && c <= '~'; }));
    BOOST_TEST(hook.body.find(R"(\u20ac)") != std::string::npos);
}

LAB_TEST(pending_installations_hear_of_nothing_but_themselves) {
    co_await here.connect("northwind");
    BOOST_TEST(here.app.got.size() == 1u);
    BOOST_TEST(reported(co_await here.post(issues, new_issue)).empty());
    BOOST_TEST(here.app.got.size() == 1u);
}

LAB_TEST(the_life_of_an_issue) {
    auto const it = co_await here.connect_installed("northwind");
    co_await here.post(issues, new_issue);
    auto const path = std::string("/control/issues/9200000000000001/");
    for (std::string const act : {"resolve", "unresolve", "ignore", "assign", "comments"})
        BOOST_TEST(reported(co_await here.post(path + act, "{}")) == "200");
    std::string actions;
    for (auto const& each : here.app.got)
        actions += header(each, "Sentry-Hook-Resource") + "." + at(parsed(each.body), {"action"}) + " ";
    BOOST_TEST(
        actions ==
        "installation.created issue.created issue.resolved issue.unresolved issue.ignored issue.assigned "
        "comment.created "
    );
    BOOST_TEST(at(parsed(here.app.got.back().body), {"installation", "uuid"}) == it.uuid);
}

LAB_TEST(events_alert_and_bring_back_the_resolved) {
    co_await here.connect_installed("northwind");
    co_await here.post(issues, new_issue);
    here.app.got.clear();
    std::string const events = "/control/issues/9200000000000001/events";
    BOOST_TEST(
        reported(co_await here.post(events, R"({"settings":{"service":"api"},"rule_id":5})")) == "200"
    );
    auto const alert = parsed(here.app.got.back().body);
    BOOST_TEST(at(alert, {"data", "issue_alert", "id"}) == "5");
    BOOST_TEST(at(alert, {"data", "event", "issue_id"}) == "9200000000000001");

    co_await here.post("/control/issues/9200000000000001/resolve", "{}");
    BOOST_TEST(reported(co_await here.post(events, R"({"regression":false})")) == "200");
    BOOST_TEST(reported(co_await here.post(events, "{}")) == "200 200");
    auto const before_last = parsed(here.app.got[here.app.got.size() - 2].body);
    BOOST_TEST(at(before_last, {"action"}) == "unresolved");
    BOOST_TEST(at(before_last, {"data", "issue", "substatus"}) == "regressed");

    co_await here.post("/control/settings", R"({"subscriptions":["error"]})");
    BOOST_TEST(reported(co_await here.post(events, R"({"rule":"","environment":"staging"})")) == "200");
    auto const error_hook = parsed(here.app.got.back().body);
    BOOST_TEST(at(error_hook, {"data", "error", "environment"}) == "staging");
    BOOST_TEST(reported(co_await here.post(issues, R"({"project":"checkout"})")).empty());
}

LAB_TEST(metric_alerts_need_no_issue) {
    co_await here.connect_installed("northwind");
    auto const told = co_await here.post(
        "/control/organizations/northwind/metric-alerts",
        R"({"action":"critical","projects":["checkout"],"settings":[{"name":"service","value":"api"}]})"
    );
    BOOST_TEST(reported(told) == "200");
    BOOST_TEST(header(here.app.got.back(), "Sentry-Hook-Resource") == "metric_alert");
}

LAB_TEST(unpublished_apps_get_one_try) {
    co_await here.connect_installed("northwind");
    here.app.got.clear();
    here.app.answers = {refusal(500)};
    BOOST_TEST(reported(co_await here.post(issues, new_issue)) == "500");
    BOOST_TEST(here.app.got.size() == 1u);
}

LAB_TEST(published_apps_get_three_tries_after_some_answers) {
    co_await here.connect_installed("northwind");
    co_await here.post("/control/settings", R"({"published":true,"retry_delay_ms":0})");
    struct row {
        int status;
        std::size_t tries;
    };
    for (auto const& [status, tries] :
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
            here.app.got.clear();
            here.app.answers = {refusal(status), refusal(status), refusal(status)};
            co_await here.post(issues, R"({"project":"checkout"})");
            BOOST_TEST(here.app.got.size() == tries);
        }
    }
    here.app.got.clear();
    here.app.answers = {refusal(500)};
    auto const told = co_await here.post(issues, R"({"project":"checkout"})");
    BOOST_TEST(reported(told) == "200");
    BOOST_REQUIRE(here.app.got.size() == 2u);
    BOOST_TEST(here.app.got[0].body == here.app.got[1].body);
    BOOST_TEST(header(here.app.got[0], "Request-ID") != header(here.app.got[1], "Request-ID"));
}

LAB_TEST(an_unreachable_receiver_is_told_of) {
    co_await here.connect_installed("northwind");
    co_await here.post("/control/settings", R"({"webhook_url":"http://127.0.0.1:1/webhooks/sentry"})");
    auto const told = parsed((co_await here.post(issues, new_issue)).body);
    auto const sent = told.root().find("webhooks")->element(0);
    BOOST_TEST(sent.find("status")->is_null());
    BOOST_TEST(sent.find("trouble")->as_string().value() == "connect");
}

LAB_TEST(exact_bytes_and_odd_headers_by_hand) {
    auto const sent = co_await here.post(
        "/control/webhooks",
        R"({"resource":"issue","body":"{ \"not\": \"compact\" }","headers":{"Sentry-Hook-Signature":"00","Request-ID":null}})"
    );
    BOOST_TEST(reported(sent) == "200");
    BOOST_TEST(here.app.got.back().body == R"({ "not": "compact" })");
    BOOST_TEST(header(here.app.got.back(), "Sentry-Hook-Signature") == "00");
    BOOST_TEST(!here.app.got.back().headers.find("Request-ID"));

    co_await here.post("/control/webhooks", R"({"resource":"seer","body":{"b":1.50,"a":["\u00e9"]}})");
    BOOST_TEST(here.app.got.back().body == R"({"b":1.50,"a":["\u00e9"]})");
    BOOST_TEST(
        header(here.app.got.back(), "Sentry-Hook-Signature") == signature_of(here.app.got.back().body)
    );

    co_await here.post(
        "/control/webhooks", R"({"resource":"issue","body":"{}","client_secret":"fake-old-secret"})"
    );
    BOOST_TEST(header(here.app.got.back(), "Sentry-Hook-Signature") == signature_of("{}", "fake-old-secret"));
}

LAB_TEST(the_log_keeps_answers_and_sends_again) {
    co_await here.connect_installed("northwind");
    auto answer = http::response::text(401, std::string(3000, 'x'));
    answer.headers.set("Sentry-Hook-Error", "0123");
    answer.headers.set("Sentry-Hook-Project", "77");
    here.app.answers = {answer};
    co_await here.post(issues, new_issue);
    auto const log = parsed((co_await here.get("/control/webhooks")).body);
    auto const items = log.root().find("items").value();
    auto const last = items.element(items.size() - 1);
    BOOST_TEST(last.find("answer")->as_string()->size() == 1024u);
    BOOST_TEST(last.find("hook_error")->as_string().value() == "0123");
    BOOST_TEST(last.find("hook_project")->as_string().value() == "77");
    auto const path = "/control/webhooks/" + std::string(last.find("id")->as_id_text().value());
    auto const full = parsed((co_await here.get(path)).body);
    BOOST_TEST(at(full, {"body"}) == here.app.got.back().body);
    BOOST_TEST(at(full, {"headers", "Sentry-Hook-Resource"}) == "issue");
    BOOST_TEST(reported(co_await here.post(path + "/again", "{}")) == "200");
    BOOST_TEST(here.app.got[here.app.got.size() - 2].body == here.app.got.back().body);
    BOOST_TEST((co_await here.get("/control/webhooks/999")).status == 404);

    for (int i = 0; i < 100; ++i)
        co_await here.post("/control/webhooks", R"({"resource":"issue","body":"{}"})");
    auto const full_log = parsed((co_await here.get("/control/webhooks")).body);
    BOOST_TEST(full_log.root().find("items")->size() == 100u);
}

LAB_TEST(uninstalling_fails_for_published_apps_that_answer_503) {
    auto const it = co_await here.connect_installed("northwind");
    auto const path = "/control/installations/" + it.uuid;
    co_await here.post("/control/settings", R"({"published":true,"retry_delay_ms":0})");
    here.app.answers = {refusal(503)};
    BOOST_TEST((co_await here.remove(path)).status == 502);
    BOOST_TEST((co_await here.get("/api/0/organizations/", it.token)).status == 200);
    here.app.got.clear();
    here.app.answers = {refusal(500), refusal(500)};
    BOOST_TEST(reported(co_await here.remove(path)) == "500");
    BOOST_TEST(here.app.got.size() == 1u);
    BOOST_TEST((co_await here.remove(path)).status == 404);
}

LAB_TEST(a_rotated_secret_signs_from_then_on) {
    co_await here.post("/control/settings", R"({"client_secret":"fake-new-secret"})");
    co_await here.post(
        "/control/installations",
        R"({"organization":"northwind","uuid":"7a485448-0000-4000-8000-000000000002"})"
    );
    BOOST_REQUIRE(here.app.got.size() == 1u);
    BOOST_TEST(
        header(here.app.got[0], "Sentry-Hook-Signature") ==
        signature_of(here.app.got[0].body, "fake-new-secret")
    );
    BOOST_TEST(
        at(parsed(here.app.got[0].body), {"installation", "uuid"}) == "7a485448-0000-4000-8000-000000000002"
    );
}

LAB_TEST(control_refuses_what_it_does_not_know) {
    BOOST_TEST((co_await here.post(issues, R"({"project":"nowhere"})")).status == 404);
    BOOST_TEST((co_await here.post(issues, R"({"project":"checkout","colour":"red"})")).status == 400);
    BOOST_TEST((co_await here.post("/control/organizations", R"({"slug":"northwind"})")).status == 409);
    BOOST_TEST((co_await here.post("/control/organizations", R"({"slug":"Bad Slug"})")).status == 400);
    BOOST_TEST(
        (co_await here.post(
             "/control/organizations/northwind/projects", R"({"slug":"new","id":"9300000000000001"})"
         ))
            .status == 201
    );
    BOOST_TEST((co_await here.post("/control/issues/1/resolve", "{}")).status == 404);
    BOOST_TEST((co_await here.post("/control/webhooks", R"({"resource":"issue"})")).status == 400);
    auto const foreign = co_await here.exchange(
        http::method::post,
        "/control/clock",
        R"({"advance":1})",
        {{"Content-Type", "application/json"}, {"Sec-Fetch-Site", "cross-site"}}
    );
    BOOST_TEST(foreign->status == 403);
}

BOOST_AUTO_TEST_SUITE_END()
