// What a grant permits, and what Sentry is asked.
#include "grants_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::grants;
using test::grant_of;
using test::path_of;
using test::sentry_call;

BOOST_AUTO_TEST_SUITE(call_rules)

namespace {

constexpr auto get = http::method::get;

timestamp const now{std::chrono::hours(500'000)};

struct fixture {
    std::vector<project_ref> all;
    std::vector<project_ref> web{{"11", "web"}};
    sentry_scope open{"1", "acme", all};
    sentry_scope restricted{"1", "acme", web};
};

planned_call planned(
    std::string_view path, call_fields query = {}, http::method method = get, std::string body = {}
) {
    return plan(sentry_call(method, path, std::move(query), std::move(body))).value();
}

std::string detail_of(result<verdict> const& decided) {
    return decided ? std::string() : decided.error().detail;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(only_the_operations_of_a_grant_are_permitted, fixture) {
    auto const given = grant_of({"list_issues", "resolve_issue"});
    BOOST_TEST(permit(given, open, planned("api/0/organizations/acme/issues/"), now).has_value());
    auto const other = permit(given, open, planned("api/0/organizations/acme/releases/"), now);
    BOOST_TEST_REQUIRE(other.has_error());
    BOOST_TEST((other.error().code == errc::not_granted));
    BOOST_TEST(other.error().detail.find("list_releases") != std::string::npos);
    // A change with the fields of two operations needs both.
    auto const both = R"({"status":"resolved","assignedTo":"a@b.example"})";
    BOOST_TEST(permit(given, open, planned("api/0/issues/1/", {}, http::method::put, both), now).has_error());
    auto const one = R"({"status":"resolved"})";
    BOOST_TEST(permit(given, open, planned("api/0/issues/1/", {}, http::method::put, one), now).has_value());
}

BOOST_FIXTURE_TEST_CASE(an_expired_grant_permits_nothing, fixture) {
    auto given = grant_of({"list_issues"});
    auto const call = planned("api/0/organizations/acme/issues/");
    given.expires_at = now + std::chrono::microseconds(1);
    BOOST_TEST(permit(given, open, call, now).has_value());
    given.expires_at = now;
    BOOST_TEST(detail_of(permit(given, open, call, now)).find("expired") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(other_organizations_are_refused, fixture) {
    auto const given = grant_of({"list_issues", "list_projects", "get_issue"});
    for (auto const* const path :
         {"api/0/organizations/globex/issues/",
          "api/0/organizations/2/projects/",
          "api/0/projects/globex/web/issues/",
          "api/0/organizations/ACME/issues/1/"})
        BOOST_TEST(permit(given, open, planned(path), now).has_error(), path);
    BOOST_TEST(permit(given, open, planned("api/0/organizations/1/issues/"), now).has_value(), "by its id");
    sentry_scope const unknown{"", "", all};
    BOOST_TEST(permit(given, unknown, planned("api/0/organizations/acme/issues/"), now).has_error());
}

BOOST_FIXTURE_TEST_CASE(other_projects_are_refused, fixture) {
    auto const given = grant_of({"list_issues", "list_releases"});
    auto const permits = [&](std::string_view path, call_fields query = {}) {
        return permit(given, restricted, planned(path, std::move(query)), now).has_value();
    };
    BOOST_TEST(permits("api/0/projects/acme/web/issues/"));
    BOOST_TEST(permits("api/0/projects/acme/11/issues/"));
    BOOST_TEST(!permits("api/0/projects/acme/api/issues/"));
    BOOST_TEST(!permits("api/0/projects/acme/12/issues/"));
    BOOST_TEST(permits("api/0/organizations/acme/issues/", {{"project", "11"}}));
    BOOST_TEST(!permits("api/0/organizations/acme/issues/", {{"project", "11"}, {"project", "12"}}));
    BOOST_TEST(!permits("api/0/organizations/acme/issues/", {{"project", "-1"}}));
    BOOST_TEST(!permits("api/0/organizations/acme/releases/", {{"project", "12"}}));
}

BOOST_FIXTURE_TEST_CASE(approval_is_asked_for_as_the_grant_says, fixture) {
    auto given = grant_of({"list_issues", "comment_issue"});
    auto const read = planned("api/0/organizations/acme/issues/");
    auto const write = planned("api/0/issues/1/notes/", {}, http::method::post, R"({"text":"x"})");
    auto const asks = [&](planned_call const& call) {
        return permit(given, open, call, now).value() == verdict::needs_approval;
    };
    BOOST_TEST((!asks(read) && !asks(write)));
    given.approval = approval::writes;
    BOOST_TEST((!asks(read) && asks(write)));
    given.approval = approval::all;
    BOOST_TEST((asks(read) && asks(write)));
}

BOOST_FIXTURE_TEST_CASE(sentry_is_asked_within_the_organization, fixture) {
    auto const asked = [&](std::string_view path) { return path_of(request_of(planned(path), open)); };
    BOOST_TEST(asked("api/0/organizations/") == "organizations/");
    BOOST_TEST(asked("api/0/projects/") == "organizations/1/projects/");
    BOOST_TEST(asked("api/0/issues/7/") == "organizations/1/issues/7/");
    BOOST_TEST(asked("api/0/issues/7/events/latest/") == "organizations/1/issues/7/events/latest/");
    BOOST_TEST(asked("api/0/organizations/1/issues/") == "organizations/1/issues/");
    BOOST_TEST(asked("api/0/projects/acme/web/issues/") == "projects/1/web/issues/");
    auto const note =
        request_of(planned("api/0/issues/7/notes/", {}, http::method::post, R"( {"text" : "a\"b"} )"), open);
    BOOST_TEST(path_of(note) == "organizations/1/issues/7/notes/");
    BOOST_TEST(note.body == R"({"text":"a\"b"})");
}

BOOST_FIXTURE_TEST_CASE(an_organization_without_a_known_id_is_named_by_its_slug, fixture) {
    sentry_scope const named{"", "acme", all};
    BOOST_TEST(path_of(request_of(planned("api/0/issues/7/"), named)) == "organizations/acme/issues/7/");
}

BOOST_FIXTURE_TEST_CASE(sentry_is_asked_within_the_projects, fixture) {
    auto const asked = [&](std::string_view path, call_fields query = {}) {
        return request_of(planned(path, std::move(query)), restricted);
    };
    BOOST_TEST((asked("api/0/organizations/acme/issues/").query == call_fields{{"project", "11"}}));
    BOOST_TEST(
        (asked("api/0/organizations/acme/issues/", {{"project", "web"}}).query ==
         call_fields{{"project", "11"}})
    );
    BOOST_TEST((asked("api/0/organizations/acme/releases/").query == call_fields{{"project", "11"}}));
    auto const by_path = asked("api/0/projects/acme/web/issues/");
    BOOST_TEST(path_of(by_path) == "projects/1/11/issues/");
    BOOST_TEST(by_path.query.empty());
}

BOOST_FIXTURE_TEST_CASE(an_issue_is_checked_before_its_events_and_changes, fixture) {
    auto const events = planned("api/0/issues/7/events/");
    BOOST_TEST(path_of(check_before(events, restricted).value().request) == "organizations/1/issues/7/");
    auto const change = planned("api/0/issues/7/", {}, http::method::put, R"({"status":"resolved"})");
    BOOST_TEST(check_before(change, restricted).has_value());
    BOOST_TEST(!check_before(change, open).has_value());
    BOOST_TEST(!check_before(planned("api/0/issues/7/"), restricted).has_value(), "the response is checked");
}

BOOST_FIXTURE_TEST_CASE(a_release_is_checked_before_its_deploys_and_commits, fixture) {
    for (auto const* const path :
         {"api/0/organizations/acme/releases/web@1.2/deploys/",
          "api/0/organizations/acme/releases/web@1.2/commits/"}) {
        auto const check = check_before(planned(path), restricted).value();
        BOOST_TEST(path_of(check.request) == "organizations/1/releases/web@1.2/");
        BOOST_TEST((check.answer == answer_kind::whole_release));
        BOOST_TEST(!check_before(planned(path), open).has_value());
    }
    auto const release = planned("api/0/organizations/acme/releases/web@1.2/");
    BOOST_TEST(!check_before(release, restricted).has_value(), "the response is checked");
}

BOOST_AUTO_TEST_CASE(higher_levels_of_a_scope_include_lower_ones) {
    BOOST_TEST(has_scope({"org:read", "event:write"}, "event:read"));
    BOOST_TEST(has_scope({"event:admin"}, "event:write"));
    BOOST_TEST(!has_scope({"event:read"}, "event:write"));
    BOOST_TEST(!has_scope({"project:admin", "events:admin"}, "event:read"));
    BOOST_TEST(!has_scope({}, "org:read"));
    BOOST_TEST(!has_scope({"event:"}, "event:read"));
}

BOOST_AUTO_TEST_SUITE_END()
