#include <tocsin/json/document.hpp>

#include <boost/test/unit_test.hpp>

#include <sandbox/payloads.hpp>
#include <sandbox/wire.hpp>
#include <string>

using namespace tocsin;
using namespace tocsin::sandbox;

BOOST_AUTO_TEST_SUITE(wire_form)

BOOST_AUTO_TEST_CASE(strings_are_printable_ascii) {
    BOOST_TEST(wire::quoted("plain / slash") == R"("plain / slash")");
    BOOST_TEST(wire::quoted("quote \" back \\") == R"("quote \" back \\")");
    BOOST_TEST(wire::quoted("\n\r\t\f\b") == R"("\n\r\t\f\b")");
    BOOST_TEST(wire::quoted(std::string_view("\0\x1f\x7f", 3)) == R"("\u0000\u001f\u007f")");
    BOOST_TEST(wire::quoted("Gr\u00fc\u00dfe \u2013 \u20ac") == R"("Gr\u00fc\u00dfe \u2013 \u20ac")");
    BOOST_TEST(wire::quoted("\U0001F4B6\U0010FFFF") == R"("\ud83d\udcb6\udbff\udfff")");
    BOOST_TEST(wire::quoted("bad \xff end") == R"("bad \ufffd end")");
}

BOOST_AUTO_TEST_CASE(numbers_keep_a_fraction_and_no_exponent) {
    BOOST_TEST(wire::real(1.0) == "1.0");
    BOOST_TEST(wire::real(1566248777.677) == "1566248777.677");
    BOOST_TEST(wire::real(100000.0) == "100000.0");
}

BOOST_AUTO_TEST_CASE(dates_have_two_forms) {
    auto const at = *parse_rfc3339("2026-03-02T09:14:05.120000Z");
    BOOST_TEST(wire::date(at) == "2026-03-02T09:14:05.120000Z");
    BOOST_TEST(wire::iso_date(at) == "2026-03-02T09:14:05.120000+00:00");
    BOOST_TEST(wire::iso_date(*parse_rfc3339("2026-03-02T09:14:05Z")) == "2026-03-02T09:14:05+00:00");
    BOOST_TEST(wire::epoch(at) == "1772442845.12");
}

BOOST_AUTO_TEST_CASE(parsed_documents_lose_only_their_spaces) {
    auto const text =
        R"({ "z" : [1.0, 2e3, -0, null, true], "a": {"k":"\u00e9 /"}, "big": 9105281256090155 })";
    BOOST_TEST(
        wire::serialized(json::parse(text).value().root()) ==
        R"({"z":[1.0,2e3,-0,null,true],"a":{"k":"\u00e9 /"},"big":9105281256090155})"
    );
}

namespace {

/// One issue of made-up names, with text outside ASCII and outside the basic plane.
struct fixture {
    fixture() {
        app.id = 7;
        app.public_id = *uuid::parse("0a0a0a0a-0000-4000-8000-00000000000a");
        app.name = "Pager";
        org = {"55", "harbor", "Harbor", at};
        in = {"9105281256090155", "cranes", "Cranes", "go", "55", at, 1};
        it.id = "77";
        it.short_id = "CRANES-1";
        it.title = "LoadError: \u20ac \U0001F4B6";
        it.culprit = "lift.go in raise";
        it.level = "error";
        it.substatus = "new";
        it.count = 1;
        it.first_seen = it.last_seen = at;
    }
    timestamp at = *parse_rfc3339("2026-03-02T09:14:05.120000Z");
    uuid installation = *uuid::parse("1b1b1b1b-0000-4000-8000-00000000000b");
    application app;
    organization org;
    project in;
    issue it;

    payloads::scene scene() const { return {"http://sandbox.test", installation, app, org, in}; }
};

/// The members that all forms of the group object share, from `platform` on.
std::string rest_of_group(std::string const& date) {
    return R"("platform":"go","project":{"id":"9105281256090155","name":"Cranes","slug":"cranes","platform":"go"},"type":"error",)"
           R"("metadata":{"value":"\u20ac \ud83d\udcb6","type":"LoadError","filename":"lift.go in raise","function":"lift.go in raise",)"
           R"("display_title_with_tree_label":false},"numComments":0,"assignedTo":null,"isBookmarked":false,"isSubscribed":false,)"
           R"("hasSeen":false,"annotations":[],"issueType":"error","issueCategory":"error","priority":"high","priorityLockedAt":null,)"
           R"("isUnhandled":true,"count":"1","userCount":1,"firstSeen":")" +
           date + R"(","lastSeen":")" + date + R"("})";
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(issue_created, fixture) {
    BOOST_TEST(
        payloads::issue_created(scene(), it) ==
        R"({"action":"created","installation":{"uuid":"1b1b1b1b-0000-4000-8000-00000000000b"},"data":{"issue":{)"
        R"("url":"http://sandbox.test/api/0/organizations/harbor/issues/77/",)"
        R"("web_url":"http://sandbox.test/organizations/harbor/issues/77/",)"
        R"("project_url":"http://sandbox.test/organizations/harbor/issues/?project=9105281256090155",)"
        R"("id":"77","shareId":null,"shortId":"CRANES-1","title":"LoadError: \u20ac \ud83d\udcb6","culprit":"lift.go in raise",)"
        R"("permalink":"http://sandbox.test/organizations/harbor/issues/77/","logger":null,"level":"error","status":"unresolved",)"
        R"("statusDetails":{},"substatus":"new","isPublic":false,)" +
            rest_of_group("2026-03-02T09:14:05.120000+00:00") +
            R"(},"actor":{"type":"application","id":"sentry","name":"Sentry"}})"
    );
}

BOOST_FIXTURE_TEST_CASE(issue_resolved_has_no_links_and_dates_in_z, fixture) {
    it.status = issue_status::resolved;
    it.substatus.clear();
    BOOST_TEST(
        payloads::issue_changed(scene(), it, "resolved", "now", payloads::actor::user) ==
        R"({"action":"resolved","installation":{"uuid":"1b1b1b1b-0000-4000-8000-00000000000b"},"data":{"resolution_type":"now","issue":{)"
        R"("id":"77","shareId":null,"shortId":"CRANES-1","title":"LoadError: \u20ac \ud83d\udcb6","culprit":"lift.go in raise",)"
        R"("permalink":"http://sandbox.test/organizations/harbor/issues/77/","logger":null,"level":"error","status":"resolved",)"
        R"("statusDetails":{},"substatus":null,"isPublic":false,)" +
            rest_of_group("2026-03-02T09:14:05.120000Z") +
            R"(},"actor":{"type":"user","id":1,"name":"Demo User"}})"
    );
}

BOOST_FIXTURE_TEST_CASE(issue_assigned_has_its_assignee_first, fixture) {
    it.assigned_to = person{"user", "12", "Somebody", "somebody@example.com"};
    auto const body = payloads::issue_changed(scene(), it, "assigned", {}, payloads::actor::user);
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

BOOST_FIXTURE_TEST_CASE(event_alert_with_and_without_its_own_action, fixture) {
    payloads::occurrence const event{"0123456789abcdef0123456789abcdef", at, "production", "", "error", ""};
    auto const plain = payloads::event_alert(scene(), it, event, {"A rule", 3, std::nullopt});
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
        scene(), it, event, {"A rule", 3, std::vector<payloads::setting>{{"service", "\"api\""}}}
    );
    BOOST_TEST(
        own.find(
            R"("issue_alert":{"id":3,"title":"A rule","sentry_app_id":7,"settings":[{"name":"service","value":"api"}]}})"
        ) != own.npos
    );
}

BOOST_FIXTURE_TEST_CASE(metric_alert, fixture) {
    payloads::metric_alert what{
        "789", "456", "Too slow", "critical", "5 events", {"cranes"}, at, at, std::nullopt
    };
    auto const open = payloads::metric_alert_fired(scene(), what);
    BOOST_TEST(
        open.find(
            R"("metric_alert":{"id":"789","identifier":"789","organization_id":"55","projects":["cranes"])"
        ) != open.npos
    );
    BOOST_TEST(open.find(R"("status":20,"status_method":3,"type":2,"title":"Too slow")") != open.npos);
    BOOST_TEST(open.find(R"("date_closed":null)") != open.npos);
    BOOST_TEST(open.find(R"("description_title":"Critical: Too slow")") != open.npos);
    what.action = "resolved";
    BOOST_TEST(payloads::metric_alert_fired(scene(), what).find(R"("status":2,)") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(comments_have_numbers_for_ids, fixture) {
    auto const body = payloads::comment_changed(scene(), it, {9, "Na\u00efve", at}, "created");
    BOOST_TEST(
        body.find(
            R"("data":{"comment":"Na\u00efve","project_slug":"cranes","comment_id":9,"issue_id":77,"timestamp":"2026-03-02T09:14:05.120000Z"})"
        ) != body.npos
    );
}

BOOST_AUTO_TEST_SUITE_END()
