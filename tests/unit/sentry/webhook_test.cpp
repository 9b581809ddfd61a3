#include <tocsin/sentry/webhook.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using namespace tocsin::sentry;

namespace {

std::string const envelope_end =
    R"(},"installation":{"uuid":"7a485448-a9e2-4c85-8a3c-4f44175783c9"},"actor":{"type":"user","id":123,"name":"Ada"}})";

std::string issue_body(
    std::string const& issue, std::string const& more = "", std::string const& action = "created"
) {
    return R"({"action":")" + action + R"(","data":{"issue":)" + issue + more + envelope_end;
}

std::string const full_issue =
    R"({"url":"https://sentry.io/api/0/organizations/northwind/issues/4517203344/","web_url":"https://northwind.sentry.io/issues/4517203344/",)"
    R"("id":"4517203344","shortId":"CHECKOUT-3F","title":"TimeoutError: no answer \u2013 Zahlung","culprit":"checkout.gateway in charge",)"
    R"("permalink":"https://northwind.sentry.io/issues/4517203344/","level":"error","status":"unresolved","substatus":"new",)"
    R"("project":{"id":"4505281256090153","name":"Checkout","slug":"checkout","platform":"python"},"assignedTo":null,"count":"12",)"
    R"("firstSeen":"2026-03-02T09:14:05.120000+00:00","lastSeen":"2026-03-02T09:15:05Z"})";

std::string alert_body(std::string const& more = "") {
    return R"({"action":"triggered","data":{"event":{"event_id":"e4874d664c3540c1a32eab185f12c5ab","project":4505281256090153,"release":null,)"
           R"("datetime":"2026-03-02T09:14:05.677000Z","issue_id":"4517203344","level":"fatal","title":"ReferenceError: x is not defined",)"
           R"("tags":[["environment","production"],["sentry:release","shop@1.2.3"],["broken"]],"exception":{"values":[{"stacktrace":{"frames":[{"vars":{"a":1}}]}}]},)"
           R"("url":"https://sentry.io/api/0/projects/northwind/checkout/events/e4874d664c3540c1a32eab185f12c5ab/",)"
           R"("web_url":"https://sentry.io/organizations/northwind/issues/4517203344/events/e4874d664c3540c1a32eab185f12c5ab/"},)"
           R"("triggered_rule":"Errors in production")" +
           more + envelope_end;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook_decoding)

BOOST_AUTO_TEST_CASE(issue_is_decoded) {
    auto const hook = decode_webhook(issue_body(full_issue), "issue");
    BOOST_REQUIRE(hook.has_value());
    BOOST_TEST(hook->unreadable == "");
    BOOST_TEST(hook->disagreement == "");
    BOOST_TEST(hook->installation.str() == "7a485448-a9e2-4c85-8a3c-4f44175783c9");
    BOOST_TEST(hook->actor.name == "Ada");
    auto const& issue = std::get<sentry::issue>(hook->what);
    BOOST_TEST(issue.id == "4517203344");
    BOOST_TEST(issue.title == "TimeoutError: no answer \xE2\x80\x93 Zahlung");
    BOOST_TEST(issue.project.id == "4505281256090153");
    BOOST_TEST(issue.project.slug == "checkout");
    BOOST_TEST(issue.count == 12);
    BOOST_TEST(issue.url == "https://northwind.sentry.io/issues/4517203344/");
    BOOST_TEST(to_rfc3339(issue.first_seen.value()) == "2026-03-02T09:14:05.120000Z");
    BOOST_TEST(to_rfc3339(issue.last_seen.value()) == "2026-03-02T09:15:05.000000Z");
}

BOOST_AUTO_TEST_CASE(written_issue_is_read_the_same) {
    auto const hook = decode_webhook(issue_body(full_issue), "issue");
    BOOST_REQUIRE(hook.has_value());
    json::writer out;
    write_issue(out, std::get<sentry::issue>(hook->what));
    auto const text = out.take();
    auto const read = decode_webhook(issue_body(text), "issue");
    BOOST_REQUIRE(read.has_value());
    json::writer again;
    write_issue(again, std::get<sentry::issue>(read->what));
    BOOST_TEST(again.take() == text);
    for (auto const* member :
         {"4517203344", "CHECKOUT-3F", "Zahlung", "charge", "unresolved", "new", "12", "05.12"})
        BOOST_TEST(text.find(member) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(alert_has_its_project_from_the_url_and_fields_from_tags) {
    auto const hook = decode_webhook(
        alert_body(
            R"(,"issue_alert":{"id":123,"title":"Errors in production","sentry_app_id":5,"settings":[{"name":"service","value":"checkout"},{"name":"open","value":"false"}]})"
        ),
        "event_alert"
    );
    BOOST_REQUIRE(hook.has_value());
    BOOST_TEST(hook->unreadable == "");
    auto const& alert = std::get<event_alert>(hook->what);
    BOOST_TEST(alert.project.id == "4505281256090153");
    BOOST_TEST(alert.project.slug == "checkout");
    BOOST_TEST(alert.environment == "production");
    BOOST_TEST(alert.release == "shop@1.2.3");
    BOOST_TEST(alert.rule == "Errors in production");
    BOOST_TEST(alert.rule_id == "123");
    BOOST_REQUIRE(alert.settings.size() == 2);
    BOOST_TEST(alert.settings[1].first == "open");
    BOOST_TEST(alert.settings[1].second == "false");
}

/// A metric alert with these triggers.
static metric_alert metric_alert_of(
    std::string const& rule, std::string const& more = "", std::string const& action = "warning"
) {
    auto const hook = decode_webhook(
        R"({"action":")" + action + R"(","data":{"metric_alert":{"id":"789","alert_rule":{)" + rule + "}" +
            more + "}" + envelope_end,
        "metric_alert"
    );
    BOOST_REQUIRE(hook.has_value());
    BOOST_TEST(hook->unreadable == "");
    return std::get<metric_alert>(hook->what);
}

BOOST_AUTO_TEST_CASE(metric_alert_has_projects_and_environment_of_its_rule) {
    auto const own =
        metric_alert_of(R"("projects":["web"],"environment":"production")", R"(,"projects":["checkout"])");
    BOOST_TEST(own.projects == std::vector<std::string>{"checkout"}, boost::test_tools::per_element());
    BOOST_TEST(own.environment == "production");
    auto const of_rule =
        metric_alert_of(R"("projects":["web","api"],"environment":null)", R"(,"projects":[])");
    std::vector<std::string> const expected{"web", "api"};
    BOOST_TEST(of_rule.projects == expected, boost::test_tools::per_element());
    BOOST_TEST(of_rule.environment == "");
    BOOST_TEST(metric_alert_of("").projects.empty());
}

namespace {

std::string action(std::string const& name, std::string const& app) {
    return "{" + app + (app.empty() ? "" : ",") + R"("settings":[{"name":"service","value":")" + name +
           R"("}]})";
}

std::string trigger(std::string const& label, std::string const& actions) {
    return R"({"label":")" + label + R"(","actions":[)" + actions + "]}";
}

}  // namespace

BOOST_AUTO_TEST_CASE(own_settings_of_a_metric_alert) {
    auto const installation = uuid::parse("7a485448-a9e2-4c85-8a3c-4f44175783c9").value();
    std::string const ours = R"("sentry_app_installation_uuid":"7a485448-a9e2-4c85-8a3c-4f44175783c9")";
    std::string const other =
        R"("sentry_app_installation_uuid":"00000000-0000-4000-8000-000000000001","sentry_app_id":5)";
    std::string const app_5 = R"("sentry_app_id":5)", app_6 = R"("sentry_app_id":"6")";
    struct {
        char const* name;
        std::string triggers;
        char const* action;
        char const* app;
        char const* service;
    } const table[]{
        {"by installation",
         trigger("warning", action("a", other) + "," + action("b", ours)),
         "warning",
         "5",
         "b"},
        {"by app", trigger("warning", action("a", app_6) + "," + action("b", app_5)), "warning", "5", "b"},
        {"of another app", trigger("warning", action("a", app_6)), "warning", "5", ""},
        {"of the trigger that fired",
         trigger("critical", action("a", app_5)) + "," + trigger("warning", action("b", app_5)),
         "warning",
         "5",
         "b"},
        {"open has no trigger",
         trigger("critical", action("a", app_6)) + "," + trigger("warning", action("b", app_5)),
         "open",
         "5",
         "b"},
        {"the trigger that fired has none",
         trigger("critical", action("a", app_5)) + "," + trigger("warning", ""),
         "warning",
         "5",
         "a"},
        {"resolved", trigger("critical", action("a", app_5)), "resolved", "5", "a"},
        {"an unknown app, and actions of one",
         trigger("critical", action("a", app_5) + "," + action("b", app_5)),
         "critical",
         "",
         "a"},
        {"an unknown app, and actions of two",
         trigger("critical", action("a", app_5) + "," + action("b", app_6)),
         "critical",
         "",
         ""},
        {"neither app nor installation", trigger("critical", action("a", "")), "critical", "", "a"},
        {"the same, and the app is known", trigger("critical", action("a", "")), "critical", "5", ""},
        {"no trigger", "", "critical", "5", ""},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(row.name) {
            auto const alert = metric_alert_of(R"("triggers":[)" + row.triggers + "]");
            auto const settings = own_settings(alert, row.action, installation, row.app);
            BOOST_TEST((settings.empty() ? std::string() : settings.front().second) == row.service);
        }
    }
}

BOOST_AUTO_TEST_CASE(activity_alert_has_settings) {
    auto const hook = decode_webhook(
        issue_body(
            full_issue,
            R"(,"activity":{"type":"status_regression"},"alert":{"id":7,"title":"Regressions","sentry_app_id":5,"settings":[{"name":"service","value":"web"},{"name":"severity","value":"critical"}]})",
            "triggered"
        ),
        "activity_alert"
    );
    BOOST_REQUIRE(hook.has_value());
    auto const& alert = std::get<activity_alert>(hook->what);
    BOOST_REQUIRE(alert.settings.size() == 2);
    BOOST_TEST(alert.settings[0].second == "web");
    BOOST_TEST(hook->app_id == "5");
}

BOOST_AUTO_TEST_CASE(app_is_the_one_that_the_webhook_was_sent_to) {
    auto const alert =
        decode_webhook(alert_body(R"(,"issue_alert":{"id":123,"sentry_app_id":5})"), "event_alert");
    BOOST_TEST(alert->app_id == "5");
    auto const installed = decode_webhook(
        R"({"action":"created","data":{"installation":{"app":{"uuid":"x","sentryAppId":17},"uuid":"7a485448-a9e2-4c85-8a3c-4f44175783c9"})" +
            envelope_end,
        "installation"
    );
    BOOST_TEST(installed->app_id == "17");
    BOOST_TEST(decode_webhook(alert_body(), "event_alert")->app_id == "");
}

BOOST_AUTO_TEST_CASE(optional_fields) {
    auto const bare =
        decode_webhook(issue_body(R"({"id":"5","project":{"slug":"checkout"}})", "", "resolved"), "issue");
    BOOST_REQUIRE(bare.has_value());
    BOOST_TEST(bare->unreadable == "");
    BOOST_TEST(std::get<issue>(bare->what).count == 1);
    BOOST_TEST(!std::get<issue>(bare->what).last_seen.has_value());
}

BOOST_AUTO_TEST_CASE(unreadable_webhook_has_the_reason) {
    struct {
        char const* name;
        std::string issue;
        char const* why;
    } const table[]{
        {"no id", R"({"project":{"id":"1"}})", "data.issue.id is missing"},
        {"an id with a NUL", R"({"id":"1\u0000","project":{"id":"1"}})", "data.issue.id is not an identifier"
        },
        {"an id that is too long",
         R"({"id":")" + std::string(65, '1') + R"(","project":{"id":"1"}})",
         "data.issue.id is not an identifier"},
        {"no project", R"({"id":"1"})", "data.issue.project has neither id nor slug"},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(row.name) {
            auto const hook = decode_webhook(issue_body(row.issue), "issue");
            BOOST_REQUIRE(hook.has_value());
            BOOST_TEST(hook->unreadable == row.why);
        }
    }
}

BOOST_AUTO_TEST_CASE(signed_body_decides_the_resource) {
    auto const other = decode_webhook(issue_body(full_issue), "comment");
    BOOST_REQUIRE(other.has_value());
    BOOST_TEST(other->disagreement.find("comment") != std::string::npos);

    auto const unknown = decode_webhook(issue_body(full_issue), "preprod_artifact");
    BOOST_REQUIRE(unknown.has_value());
    BOOST_TEST(unknown->disagreement == "");
    BOOST_TEST(std::holds_alternative<unhandled>(unknown->what));
}

BOOST_AUTO_TEST_CASE(malformed_text_is_repaired_and_reported) {
    auto const hook =
        decode_webhook(issue_body(R"({"id":"1","title":"a\u0000b \ud800 c","project":{"id":"1"}})"), "issue");
    BOOST_REQUIRE(hook.has_value());
    BOOST_TEST(
        std::get<issue>(hook->what).title ==
        "a\xEF\xBF\xBD"
        "b \xEF\xBF\xBD c"
    );
    BOOST_TEST(hook->cut);
}

BOOST_AUTO_TEST_CASE(links_are_http_only) {
    auto const hook = decode_webhook(
        issue_body(R"x({"id":"1","permalink":"javascript:alert(1)","project":{"id":"1"}})x"), "issue"
    );
    BOOST_TEST(std::get<issue>(hook->what).url == "");
}

BOOST_AUTO_TEST_CASE(body_without_envelope_is_rejected) {
    std::string const uuid_field = R"("installation":{"uuid":"7a485448-a9e2-4c85-8a3c-4f44175783c9"})";
    std::vector<std::string> const bodies{
        "",
        "[]",
        "{}",
        "null",
        issue_body(full_issue) + "x",
        "[0.00000000000000000001e-2147483639]",
        R"({"action":"created","data":{}})",
        R"({"action":5,)" + uuid_field + "}",
        R"({"action":"created","installation":{"uuid":"nonsense"},"data":{}})",
    };
    for (auto const& body : bodies) BOOST_TEST(!decode_webhook(body, "issue").has_value(), body);
}

BOOST_AUTO_TEST_SUITE_END()
