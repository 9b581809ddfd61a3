#include "fake_sentry.hpp"

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::tests;
using sentry::organization_ref;

namespace {

secret const token{"fake-access-token"};
sentry::oauth_app const oauth{"fake-client", secret("fake&secret")};

std::string first_line(std::string const& request) {
    return request.substr(0, request.find("\r\n"));
}

std::string body_of(std::string const& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(calls)

BOOST_AUTO_TEST_CASE(oauth_requests) {
    std::string const granted = R"({"access_token":"fake-a","refresh_token":"fake-r","token_type":"Bearer"})";
    std::string requests;
    auto const exchanged = call_scripted({http_response(granted)}, requests, [](sentry::client& c) {
        return c.exchange_oauth_code(
            oauth, secret("fake code"), "https://t.example/cb", secret("fake-verifier")
        );
    });
    BOOST_TEST(exchanged.value().access_token.reveal() == "fake-a");
    BOOST_TEST(first_line(requests) == "POST /oauth/token/ HTTP/1.1");
    BOOST_TEST(requests.find("Content-Type: application/x-www-form-urlencoded\r\n") != std::string::npos);
    BOOST_TEST(requests.find("Authorization") == std::string::npos);
    BOOST_TEST(
        body_of(requests) ==
        "grant_type=authorization_code&code=fake%20code&redirect_uri=https%3A%2F%2Ft.example%2Fcb"
        "&code_verifier=fake-verifier&client_id=fake-client&client_secret=fake%26secret"
    );

    requests.clear();
    auto const refreshed = call_scripted({http_response(granted)}, requests, [](sentry::client& c) {
        return c.refresh_oauth(oauth, secret("fake-refresh"));
    });
    BOOST_TEST(refreshed.value().refresh_token.value().reveal() == "fake-r");
    BOOST_TEST(
        body_of(requests) ==
        "grant_type=refresh_token&refresh_token=fake-refresh&client_id=fake-client&client_secret=fake%"
        "26secret"
    );

    requests.clear();
    auto const revoked = call_scripted({http_response("")}, requests, [](sentry::client& c) {
        return c.revoke_oauth(oauth, secret("fake-refresh"));
    });
    BOOST_TEST(revoked.has_value());
    BOOST_TEST(first_line(requests) == "POST /oauth/revoke/ HTTP/1.1");
    BOOST_TEST(body_of(requests) == "token=fake-refresh&client_id=fake-client&client_secret=fake%26secret");

    auto const refused = call_scripted(
        {http_response(R"({"error":"invalid_grant"})", "", "400 Bad Request")},
        requests,
        [](sentry::client& c) { return c.refresh_oauth(oauth, secret("fake-refresh")); }
    );
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().oauth_error == "invalid_grant");
    BOOST_TEST(to_string(refused.error().kind) == "refused");
}

BOOST_AUTO_TEST_CASE(refresh_of_an_installation_is_json) {
    sentry::public_app const app{"tocsin", "fake-client", secret("fake-secret"), std::nullopt};
    auto const id = uuid::parse("01635075-0000-4f96-8fc8-ff9680780a13").value();
    std::string requests;
    auto const refreshed = call_scripted(
        {http_response(R"({"token":"fake-a","refreshToken":"fake-r","expiresAt":"2026-03-02T17:00:00Z"})")},
        requests,
        [&](sentry::client& c) { return c.refresh_with_token(app, id, secret("fake-refresh")); }
    );
    BOOST_TEST(refreshed.value().access_token.reveal() == "fake-a");
    BOOST_TEST(
        first_line(requests) ==
        "POST /api/0/sentry-app-installations/01635075-0000-4f96-8fc8-ff9680780a13/authorizations/ HTTP/1.1"
    );
    BOOST_TEST(
        body_of(requests) ==
        R"({"grant_type":"refresh_token","refresh_token":"fake-refresh","client_id":"fake-client","client_secret":"fake-secret"})"
    );
}

BOOST_AUTO_TEST_CASE(paths_and_queries) {
    organization_ref const org{"4509877862268928"};
    auto const line_of = [](std::string const& response, auto call) {
        std::string requests;
        auto const got = call_scripted({http_response(response)}, requests, call);
        BOOST_TEST(got.has_value());
        BOOST_TEST(requests.find("Authorization: Bearer fake-access-token\r\n") != std::string::npos);
        return first_line(requests);
    };
    std::string const issue = R"({"id":"8"})";
    std::string const event = R"({"eventID":"a1"})";
    std::string const release = R"({"version":"a"})";
    std::string const base = "/api/0/organizations/4509877862268928/";
    BOOST_TEST(line_of("[]", [&](sentry::client& c) {
                   return c.list_issues(org, {}, token);
               }) == "GET " + base + "issues/?query=is%3Aunresolved&limit=100&collapse=stats HTTP/1.1");
    BOOST_TEST(
        line_of(
            "[]", [&](sentry::client& c) { return c.list_issues(org, {{"1", "2"}, "", "0:100:0"}, token); }
        ) == "GET " + base +
                 "issues/?query=&limit=100&collapse=stats&project=1&project=2&cursor=0%3A100%3A0 HTTP/1.1"
    );
    BOOST_TEST(line_of(issue, [&](sentry::client& c) {
                   return c.find_issue(org, "7", token);
               }) == "GET " + base + "issues/7/ HTTP/1.1");
    BOOST_TEST(line_of(event, [&](sentry::client& c) {
                   return c.latest_event(org, "7", token);
               }) == "GET " + base + "issues/7/events/latest/ HTTP/1.1");
    BOOST_TEST(line_of(event, [&](sentry::client& c) {
                   return c.oldest_event(org, "7", token);
               }) == "GET " + base + "issues/7/events/oldest/ HTTP/1.1");
    BOOST_TEST(line_of(event, [&](sentry::client& c) {
                   return c.find_event(org, "7", "a1", token);
               }) == "GET " + base + "issues/7/events/a1/ HTTP/1.1");
    BOOST_TEST(line_of("[]", [&](sentry::client& c) {
                   return c.list_releases(org, {{"1"}, "a@", ""}, token);
               }) == "GET " + base + "releases/?per_page=100&query=a%40&project=1 HTTP/1.1");
    BOOST_TEST(line_of(release, [&](sentry::client& c) {
                   return c.find_release(org, "a/b@1.0+4 5", token);
               }) == "GET " + base + "releases/a%2Fb%401.0%2B4%205/ HTTP/1.1");
    for (auto const* special : {"..", ".", ""})
        BOOST_TEST(line_of(release, [&](sentry::client& c) {
                       return c.find_release(org, special, token);
                   }) == "GET " + base + "releases/-/ HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(page_has_the_cursor_of_the_next) {
    std::string requests;
    auto const page = call_scripted(
        {http_response(
            R"([{"id":"8"}])",
            R"(Link: <https://evil.example/?cursor=1>; rel="previous"; results="false"; cursor="0:0:1", )"
            R"(<https://evil.example/?cursor=2>; rel="next"; results="true"; cursor="0:100:0")"
            "\r\n"
        )},
        requests,
        [](sentry::client& c) { return c.list_issues({"northwind"}, {}, token); }
    );
    BOOST_REQUIRE(page.has_value());
    BOOST_TEST(page->items.front().id == "8");
    BOOST_TEST(page->next.value() == "0:100:0");
}

BOOST_AUTO_TEST_CASE(issue_status_is_put) {
    std::string requests;
    auto const resolved = call_scripted({http_response("{}")}, requests, [](sentry::client& c) {
        return c.resolve_issue({"northwind"}, "7", token);
    });
    BOOST_TEST(resolved.has_value());
    BOOST_TEST(first_line(requests) == "PUT /api/0/organizations/northwind/issues/7/ HTTP/1.1");
    BOOST_TEST(body_of(requests) == R"({"status":"resolved"})");
    requests.clear();
    auto const reopened = call_scripted({http_response("{}")}, requests, [](sentry::client& c) {
        return c.unresolve_issue({"northwind"}, "7", token);
    });
    BOOST_TEST(reopened.has_value());
    BOOST_TEST(body_of(requests) == R"({"status":"unresolved"})");
    auto const refused = call_scripted(
        {http_response(R"({"detail":"Cannot manually resolve one or more issues"})", "", "400 Bad Request")},
        requests,
        [](sentry::client& c) { return c.resolve_issue({"northwind"}, "7", token); }
    );
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().detail == "Cannot manually resolve one or more issues");
}

BOOST_AUTO_TEST_CASE(merged_and_missing_issues) {
    std::string requests;
    auto const merged = call_scripted({http_response(R"({"id":"8"})")}, requests, [](sentry::client& c) {
        return c.find_issue({"northwind"}, "7", token);
    });
    BOOST_TEST(merged.value().id == "8");
    auto const none = call_scripted(
        {http_response(R"({"detail":"Event not found"})", "", "404 Not Found")},
        requests,
        [](sentry::client& c) { return c.latest_event({"northwind"}, "7", token); }
    );
    BOOST_REQUIRE(!none.has_value());
    BOOST_TEST(to_string(none.error().kind) == "gone");
}

BOOST_AUTO_TEST_SUITE_END()
