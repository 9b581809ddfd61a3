#include <tocsin/sentry/responses.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::sentry;

namespace {

std::string const listed =
    R"({"annotations":[],"assignedTo":{"type":"user","id":"1","name":"John Doe","email":"john@example.com"},"count":"150",)"
    R"("culprit":"checkout.pay in charge","firstSeen":"2026-01-06T21:19:55Z","lastSeen":"2026-02-06T21:19:55.123456Z",)"
    R"("id":"4509877862268928","level":"error","logger":null,"metadata":{"title":"x"},"permalink":"https://northwind.sentry.io/issues/4509877862268928/",)"
    R"("project":{"id":"4505281256090153","name":"Checkout","slug":"checkout","platform":"python"},"shortId":"CHECKOUT-1",)"
    R"("stats":{"24h":[[1541455200,473]]},"status":"ignored","substatus":"archived_until_condition_met","statusDetails":{},)"
    R"("title":"ZeroDivisionError: division by zero","type":"error","userCount":0})";

std::string changed(std::string body, std::string const& from, std::string const& to) {
    return body.replace(body.find(from), from.size(), to);
}

std::string const stored =
    R"({"groupID":"4509877862268928","eventID":"9999aaaaca8b46d797c23c6077c6ff01","id":"9999aaaaca8b46d797c23c6077c6ff01",)"
    R"("projectID":"4505281256090153","dist":null,"title":"ChargeError: declined","message":"","platform":"python","type":"error",)"
    R"("metadata":{"type":"OtherError","value":"other"},"culprit":"checkout.pay","tags":[{"key":"browser","value":"Chrome 83"},)"
    R"({"key":"level","value":"Fatal"},{"key":"environment","value":"production"},{"key":"release","value":"tagged@1"},{"key":"empty","value":null}],)"
    R"("dateCreated":"2026-03-02T08:26:56.098086Z","dateReceived":"2026-03-02T08:26:57Z","user":null,"contexts":{},)"
    R"("entries":[{"type":"breadcrumbs","data":{"values":[{"type":"http"}]}},{"type":"exception","data":{"values":[)"
    R"({"type":"IOError","value":"cause","stacktrace":{"frames":[{"vars":{"a":"1"}}]}},{"type":"ChargeError","value":"declined","stacktrace":null}]}}],)"
    R"("release":{"version":"checkout@1.0.0","dateCreated":"2026-03-01T08:00:00Z"}})";

}  // namespace

BOOST_AUTO_TEST_SUITE(issue_responses)

BOOST_AUTO_TEST_CASE(issue_is_decoded) {
    auto const decoded = decode_issue(listed);
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST(decoded->id == "4509877862268928");
    BOOST_TEST(decoded->short_id == "CHECKOUT-1");
    BOOST_TEST(decoded->title == "ZeroDivisionError: division by zero");
    BOOST_TEST(decoded->culprit == "checkout.pay in charge");
    BOOST_TEST(decoded->level == "error");
    BOOST_TEST(decoded->status == "ignored");
    BOOST_TEST(decoded->substatus == "archived_until_condition_met");
    BOOST_TEST(decoded->url == "https://northwind.sentry.io/issues/4509877862268928/");
    BOOST_TEST(decoded->project.id == "4505281256090153");
    BOOST_TEST(decoded->project.slug == "checkout");
    BOOST_TEST(decoded->project.name == "Checkout");
    BOOST_TEST(decoded->count == 150);
    BOOST_TEST(to_rfc3339(decoded->first_seen.value()) == "2026-01-06T21:19:55.000000Z");
    BOOST_TEST(to_rfc3339(decoded->last_seen.value()) == "2026-02-06T21:19:55.123456Z");
    BOOST_TEST(decoded->assignee == "John Doe");
    BOOST_TEST(decoded->release.empty());
}

BOOST_AUTO_TEST_CASE(optional_fields) {
    auto const bare = decode_issue(R"({"id":4509877862268928})");
    BOOST_REQUIRE(bare.has_value());
    BOOST_TEST(bare->id == "4509877862268928");
    BOOST_TEST(bare->count == 1);
    BOOST_TEST(!bare->first_seen.has_value());
    auto const nulls = decode_issue(
        R"({"id":"1","assignedTo":null,"project":null,"lastRelease":null,"firstRelease":{"version":"a@1"},"count":7,"lastSeen":null,)"
        R"("firstSeen":"2026-01-06T21:19:55+00:00","permalink":"javascript:alert","title":null})"
    );
    BOOST_REQUIRE(nulls.has_value());
    BOOST_TEST(nulls->release == "a@1");
    BOOST_TEST(nulls->count == 7);
    BOOST_TEST(nulls->url.empty());
    BOOST_TEST(to_rfc3339(nulls->first_seen.value()) == "2026-01-06T21:19:55.000000Z");
    auto const released =
        decode_issue(R"({"id":"1","lastRelease":{"version":"b@2"},"firstRelease":{"version":"a@1"}})");
    BOOST_TEST(released->release == "b@2");
}

BOOST_AUTO_TEST_CASE(malformed_issue_does_not_invalidate_the_page) {
    std::string const page =
        "[" + listed + "," +
        changed(listed, "ZeroDivisionError: division by zero", R"(half \ud800 and \u0000)") +
        R"(,{"title":"no id"},5,null,{"id":"a b"}, {"id":"8"}])";
    auto const all = decode_issues(page);
    BOOST_REQUIRE(all.has_value());
    BOOST_REQUIRE(all->size() == 3);
    BOOST_TEST(all->at(1).title == "half \xEF\xBF\xBD and \xEF\xBF\xBD");
    BOOST_TEST(all->at(2).id == "8");
    BOOST_TEST(decode_issues("[]")->empty());
    BOOST_TEST(decode_issues(" \n[]\n")->empty());
}

BOOST_AUTO_TEST_CASE(full_page_is_within_the_limits) {
    std::string page = "[";
    for (int i = 0; i < 100; ++i)
        page += changed(listed, "4509877862268928", "45098778622689" + std::to_string(10 + i)) + ",";
    page.back() = ']';
    auto const all = decode_issues(page);
    BOOST_REQUIRE(all.has_value());
    BOOST_TEST(all->size() == 100);
    BOOST_TEST(all->back().project.slug == "checkout");
}

BOOST_AUTO_TEST_CASE(event_is_decoded) {
    auto const decoded = decode_event(stored);
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST(decoded->event_id == "9999aaaaca8b46d797c23c6077c6ff01");
    BOOST_TEST(decoded->issue_id == "4509877862268928");
    BOOST_TEST(decoded->project.id == "4505281256090153");
    BOOST_TEST(to_rfc3339(decoded->at.value()) == "2026-03-02T08:26:56.098086Z");
    BOOST_TEST(decoded->release == "checkout@1.0.0");
    BOOST_TEST(decoded->environment == "production");
    BOOST_TEST(decoded->level == "fatal");
    BOOST_TEST(decoded->title == "ChargeError: declined");
    BOOST_TEST(decoded->exception_type == "ChargeError");
    BOOST_TEST(decoded->exception_value == "declined");
    BOOST_REQUIRE(decoded->tags.size() == 5);
    BOOST_TEST(decoded->tags.front().first == "browser");
    BOOST_TEST(decoded->tags.front().second == "Chrome 83");
    BOOST_TEST(decoded->tags.back().second.empty());
}

BOOST_AUTO_TEST_CASE(events_without_exception) {
    auto const message = decode_event(
        R"({"eventID":"a1","groupID":1,"entries":[{"type":"message","data":{"formatted":"hello"}}],"release":null,"dateCreated":null,)"
        R"("dateReceived":"2026-03-02T08:26:57Z","tags":[{"key":"release","value":"tagged@1"}],"metadata":{"title":"hello"}})"
    );
    BOOST_REQUIRE(message.has_value());
    BOOST_TEST(message->exception_type.empty());
    BOOST_TEST(message->release == "tagged@1");
    BOOST_TEST(to_rfc3339(message->at.value()) == "2026-03-02T08:26:57.000000Z");

    auto const by_metadata =
        decode_event(R"({"eventID":"a1","entries":[],"metadata":{"type":"E","value":"v"}})");
    BOOST_TEST(by_metadata->exception_type == "E");
    BOOST_TEST(by_metadata->exception_value == "v");

    std::string many = R"({"eventID":"a1","tags":[)";
    for (int i = 0; i < 80; ++i) many += R"({"key":"k)" + std::to_string(i) + R"(","value":"v"},)";
    many.back() = ']';
    BOOST_TEST(decode_event(many + "}")->tags.size() == 50);
}

BOOST_AUTO_TEST_CASE(releases_are_decoded) {
    std::string const body =
        R"({"id":1,"version":"frontend@1.0.0+45","shortVersion":"1.0.0 - 45","status":"open","ref":null,"url":null,"dateReleased":null,)"
        R"("dateCreated":"2026-01-01T00:00:00Z","projects":[{"id":4505281256090153,"slug":"checkout","name":"Checkout","platforms":["python"]}]})";
    auto const decoded = decode_release(body);
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST(decoded->version == "frontend@1.0.0+45");
    BOOST_TEST(decoded->short_version == "1.0.0 - 45");
    BOOST_TEST(decoded->url.empty());
    BOOST_TEST(to_rfc3339(decoded->created_at.value()) == "2026-01-01T00:00:00.000000Z");
    BOOST_TEST(!decoded->released_at.has_value());
    BOOST_REQUIRE(decoded->projects.size() == 1);
    BOOST_TEST(decoded->projects.front().id == "4505281256090153");
    auto const all = decode_releases("[" + body + R"(,{"version":""},{"version":"b"}])");
    BOOST_REQUIRE(all.has_value());
    BOOST_TEST(all->size() == 2);
}

BOOST_AUTO_TEST_CASE(unusable_responses) {
    for (auto const* other : {"", "<html>", "{", "null", "5", R"({"id":)", "[{}", "[]]", "{}"}) {
        BOOST_TEST_CONTEXT(other) {
            BOOST_TEST(!decode_issue(other).has_value());
            BOOST_TEST(!decode_event(other).has_value());
            BOOST_TEST(!decode_release(other).has_value());
            BOOST_TEST(!decode_issues(other).has_value());
            BOOST_TEST(!decode_releases(other).has_value());
        }
    }
    BOOST_TEST(to_string(decode_issue("<html>").error().kind) == "transient");
}

BOOST_AUTO_TEST_SUITE_END()
