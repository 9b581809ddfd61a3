#include <tocsin/json/document.hpp>

#include <boost/test/unit_test.hpp>

#include <sandbox/payloads.hpp>
#include <sandbox/sentry_json.hpp>
#include <string>

using namespace tocsin;
using namespace tocsin::sandbox;

BOOST_AUTO_TEST_SUITE(webhook_bodies)

BOOST_AUTO_TEST_CASE(strings_are_printable_ascii) {
    BOOST_TEST(sentry_json::quote("plain / slash") == R"("plain / slash")");
    BOOST_TEST(sentry_json::quote("quote \" back \\") == R"("quote \" back \\")");
    BOOST_TEST(sentry_json::quote("\n\r\t\f\b") == R"("\n\r\t\f\b")");
    BOOST_TEST(sentry_json::quote(std::string_view("\0\x1f\x7f", 3)) == R"("\u0000\u001f\u007f")");
    BOOST_TEST(sentry_json::quote("Gr\u00fc\u00dfe \u2013 \u20ac") == R"("Gr\u00fc\u00dfe \u2013 \u20ac")");
    BOOST_TEST(sentry_json::quote("\U0001F4B6\U0010FFFF") == R"("\ud83d\udcb6\udbff\udfff")");
    BOOST_TEST(sentry_json::quote("bad \xff end") == R"("bad \ufffd end")");
}

BOOST_AUTO_TEST_CASE(numbers_have_a_fraction_and_no_exponent) {
    BOOST_TEST(sentry_json::real(1.0) == "1.0");
    BOOST_TEST(sentry_json::real(1566248777.677) == "1566248777.677");
    BOOST_TEST(sentry_json::real(100000.0) == "100000.0");
}

BOOST_AUTO_TEST_CASE(dates_have_two_forms) {
    auto const at = *parse_rfc3339("2026-03-02T09:14:05.120000Z");
    BOOST_TEST(sentry_json::date(at) == "2026-03-02T09:14:05.120000Z");
    BOOST_TEST(sentry_json::iso_date(at) == "2026-03-02T09:14:05.120000+00:00");
    BOOST_TEST(sentry_json::iso_date(*parse_rfc3339("2026-03-02T09:14:05Z")) == "2026-03-02T09:14:05+00:00");
    BOOST_TEST(sentry_json::epoch(at) == "1772442845.12");
}

BOOST_AUTO_TEST_CASE(serializing_removes_only_white_space) {
    auto const text =
        R"({ "z" : [1.0, 2e3, -0, null, true], "a": {"k":"\u00e9 /"}, "big": 9105281256090155 })";
    BOOST_TEST(
        sentry_json::serialize(json::parse(text).value().root()) ==
        R"({"z":[1.0,2e3,-0,null,true],"a":{"k":"\u00e9 /"},"big":9105281256090155})"
    );
}

namespace {

/// An issue with text outside ASCII and outside the basic multilingual plane.
struct payload_fixture {
    payload_fixture() {
        app.id = 7;
        app.public_id = *uuid::parse("0a0a0a0a-0000-4000-8000-00000000000a");
        app.name = "Pager";
        org = {"55", "harbor", "Harbor", at};
        project = {"9105281256090155", "cranes", "Cranes", "go", "55", at, 1};
        issue.id = "77";
        issue.short_id = "CRANES-1";
        issue.title = "LoadError: \u20ac \U0001F4B6";
        issue.culprit = "lift.go in raise";
        issue.level = "error";
        issue.substatus = "new";
        issue.count = 1;
        issue.first_seen = issue.last_seen = at;
    }
    timestamp at = *parse_rfc3339("2026-03-02T09:14:05.120000Z");
    uuid installation = *uuid::parse("1b1b1b1b-0000-4000-8000-00000000000b");
    application app;
    organization org;
    sandbox::project project;
    sandbox::issue issue;

    payloads::origin origin() const { return {"http://sandbox.test", installation, app, org, project}; }
};

/// The common members of an issue, from `platform` on.
std::string common_members(std::string const& date) {
    return R"("platform":"go","project":{"id":"9105281256090155","name":"Cranes","slug":"cranes","platform":"go"},"type":"error",)"
           R"("metadata":{"value":"\u20ac \ud83d\udcb6","type":"LoadError","filename":"lift.go in raise","function":"lift.go in raise",)"
           R"("display_title_with_tree_label":false},"numComments":0,"assignedTo":null,"isBookmarked":false,"isSubscribed":false,)"
           R"("hasSeen":false,"annotations":[],"issueType":"error","issueCategory":"error","priority":"high","priorityLockedAt":null,)"
           R"("isUnhandled":true,"count":"1","userCount":1,"firstSeen":")" +
           date + R"(","lastSeen":")" + date + R"("})";
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(issue_created, payload_fixture) {
    BOOST_TEST(
        payloads::issue_created(origin(), issue) ==
        R"({"action":"created","installation":{"uuid":"1b1b1b1b-0000-4000-8000-00000000000b"},"data":{"issue":{)"
        R"("url":"http://sandbox.test/api/0/organizations/harbor/issues/77/",)"
        R"("web_url":"http://sandbox.test/organizations/harbor/issues/77/",)"
        R"("project_url":"http://sandbox.test/organizations/harbor/issues/?project=9105281256090155",)"
        R"("id":"77","shareId":null,"shortId":"CRANES-1","title":"LoadError: \u20ac \ud83d\udcb6","culprit":"lift.go in raise",)"
        R"("permalink":"http://sandbox.test/organizations/harbor/issues/77/","logger":null,"level":"error","status":"unresolved",)"
        R"("statusDetails":{},"substatus":"new","isPublic":false,)" +
            common_members("2026-03-02T09:14:05.120000+00:00") +
            R"(},"actor":{"type":"application","id":"sentry","name":"Sentry"}})"
    );
}

BOOST_FIXTURE_TEST_CASE(issue_resolved_has_no_links_and_dates_with_z, payload_fixture) {
    issue.status = issue_status::resolved;
    issue.substatus.clear();
    BOOST_TEST(
        payloads::issue_changed(origin(), issue, "resolved", "now", payloads::actor::user) ==
        R"({"action":"resolved","installation":{"uuid":"1b1b1b1b-0000-4000-8000-00000000000b"},"data":{"resolution_type":"now","issue":{)"
        R"("id":"77","shareId":null,"shortId":"CRANES-1","title":"LoadError: \u20ac \ud83d\udcb6","culprit":"lift.go in raise",)"
        R"("permalink":"http://sandbox.test/organizations/harbor/issues/77/","logger":null,"level":"error","status":"resolved",)"
        R"("statusDetails":{},"substatus":null,"isPublic":false,)" +
            common_members("2026-03-02T09:14:05.120000Z") +
            R"(},"actor":{"type":"user","id":1,"name":"Demo User"}})"
    );
}

BOOST_FIXTURE_TEST_CASE(issue_assigned_begins_with_the_assignee, payload_fixture) {
    issue.assigned_to = person{"user", "12", "Somebody", "somebody@example.com"};
    auto const body = payloads::issue_changed(origin(), issue, "assigned", {}, payloads::actor::user);
    BOOST_TEST(
        body.find(
            R"("data":{"assignee":{"type":"user","name":"Somebody","id":12,"email":"somebody@example.com"},"issue":{)"
        ) != body.npos
    );
    BOOST_TEST(
        body.find(R"("assignedTo":{"email":"somebody@example.com","type":"user","id":"12","name":"Somebody"})"
        ) != body.npos
    );
}

BOOST_FIXTURE_TEST_CASE(event_alert_names_its_rule_if_it_has_our_action, payload_fixture) {
    payloads::event_details const event{
        "0123456789abcdef0123456789abcdef", at, "production", "", "error", ""
    };
    auto const plain = payloads::event_alert(origin(), issue, event, {"A rule", 3, std::nullopt});
    BOOST_TEST(plain.find(R"("triggered_rule":"A rule"},"actor")") != plain.npos);
    BOOST_TEST(plain.find("issue_alert") == plain.npos);
    BOOST_TEST(
        plain.find(
            R"("event_id":"0123456789abcdef0123456789abcdef","project":9105281256090155,"release":null,)"
        ) != plain.npos
    );
    BOOST_TEST(
        plain.find(R"("tags":[["environment","production"],["handled","no"],["level","error"]])") !=
        plain.npos
    );
    BOOST_TEST(plain.find(R"("received":1772442845.12,"timestamp":1772442845.12)") != plain.npos);
    BOOST_TEST(plain.find(R"("issue_id":"77")") != plain.npos);

    auto const own = payloads::event_alert(
        origin(), issue, event, {"A rule", 3, std::vector<payloads::setting>{{"service", "\"api\""}}}
    );
    BOOST_TEST(
        own.find(
            R"("issue_alert":{"id":3,"title":"A rule","sentry_app_id":7,"settings":[{"name":"service","value":"api"}]}})"
        ) != own.npos
    );
}

BOOST_FIXTURE_TEST_CASE(metric_alert, payload_fixture) {
    payloads::metric_alert alert{
        "789", "456", "Too slow", "critical", "5 events", {"cranes"}, at, at, std::nullopt
    };
    auto const open = payloads::metric_alert_changed(origin(), alert);
    BOOST_TEST(
        open.find(
            R"("metric_alert":{"id":"789","identifier":"789","organization_id":"55","projects":["cranes"])"
        ) != open.npos
    );
    BOOST_TEST(open.find(R"("status":20,"status_method":3,"type":2,"title":"Too slow")") != open.npos);
    BOOST_TEST(open.find(R"("date_closed":null)") != open.npos);
    BOOST_TEST(open.find(R"("description_title":"Critical: Too slow")") != open.npos);
    alert.action = "resolved";
    BOOST_TEST(payloads::metric_alert_changed(origin(), alert).find(R"("status":2,)") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(comments_have_numeric_ids, payload_fixture) {
    auto const body = payloads::comment_changed(origin(), issue, {9, "Na\u00efve", at}, "created");
    BOOST_TEST(
        body.find(
            R"("data":{"comment":"Na\u00efve","project_slug":"cranes","comment_id":9,"issue_id":77,"timestamp":"2026-03-02T09:14:05.120000Z"})"
        ) != body.npos
    );
}

BOOST_AUTO_TEST_SUITE_END()
