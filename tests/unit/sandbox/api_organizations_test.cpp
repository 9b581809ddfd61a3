#include "sandbox_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

void check_detail(http::client_response const& response, int status, std::string_view text) {
    BOOST_TEST(response.status == status);
    BOOST_TEST(response.body == json_object({{"detail", text}}));
}

constexpr char const* forbidden = "You do not have permission to perform this action.";

}  // namespace

BOOST_AUTO_TEST_SUITE(api_organizations)

SANDBOX_TEST(a_token_is_required) {
    check_detail(
        co_await fixture.get("/api/0/organizations/northwind/projects/"),
        401,
        "Authentication credentials were not provided."
    );
    check_detail(
        co_await fixture.get("/api/0/organizations/northwind/projects/", "nonsense"), 401, "Invalid token"
    );
}

SANDBOX_TEST(a_rate_limit_can_be_set) {
    auto const connected = co_await fixture.connect("northwind");
    auto const other = co_await fixture.connect("empire-state");
    auto const unlimited = co_await fixture.get("/api/0/organizations/", connected.token);
    BOOST_TEST(!unlimited.headers.find("X-Sentry-Rate-Limit-Limit"));
    co_await fixture.post("/control/settings", R"({"rate_limit":2})");
    auto const first = co_await fixture.get("/api/0/organizations/", connected.token);
    BOOST_TEST(first.headers.find("X-Sentry-Rate-Limit-Limit").value() == "2");
    BOOST_TEST(first.headers.find("X-Sentry-Rate-Limit-Remaining").value() == "1");
    BOOST_TEST(first.headers.find("X-Sentry-Rate-Limit-Reset").value() == "1772442846");
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", connected.token)).status == 200);
    auto const limited = co_await fixture.get("/api/0/organizations/", connected.token);
    BOOST_TEST(limited.status == 429);
    BOOST_TEST(!limited.headers.find("Retry-After"));
    BOOST_TEST(limited.body.find("Limit is 2 requests in 1 seconds") != std::string::npos);
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", other.token)).status == 200);
    fixture.time.advance(std::chrono::seconds(1));
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", connected.token)).status == 200);
}

SANDBOX_TEST(an_installation_token_has_access_to_its_organization_only) {
    auto const connected = co_await fixture.connect("northwind");
    auto const list = parse((co_await fixture.get("/api/0/organizations/", connected.token)).body);
    BOOST_TEST(list.root().size() == 1u);
    auto const own = parse((co_await fixture.get("/api/0/organizations/northwind/", connected.token)).body);
    BOOST_TEST(text_at(own, {"slug"}) == "northwind");
    BOOST_TEST(own.root().find("id")->as_string().value() == "4505281256000001");
    BOOST_TEST(text_at(own, {"links", "regionUrl"}) == fixture.server.public_url());
    check_detail(co_await fixture.get("/api/0/organizations/empire-state/", connected.token), 403, forbidden);
    check_detail(
        co_await fixture.get("/api/0/organizations/nowhere/", connected.token),
        404,
        "The requested resource does not exist"
    );
}

SANDBOX_TEST(a_scope_is_required) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/settings", R"({"scopes":["org:read"]})");
    BOOST_TEST((co_await fixture.get("/api/0/organizations/northwind/", connected.token)).status == 200);
    check_detail(
        co_await fixture.get("/api/0/organizations/northwind/issues/", connected.token), 403, forbidden
    );
    check_detail(
        co_await fixture.remove("/api/0/sentry-app-installations/" + connected.uuid + "/", connected.token),
        403,
        forbidden
    );
}

SANDBOX_TEST(projects_are_listed_in_pages) {
    auto const connected = co_await fixture.connect("northwind");
    auto const first =
        co_await fixture.get("/api/0/organizations/northwind/projects/?per_page=3", connected.token);
    auto const url = fixture.server.public_url() + "/api/0/organizations/northwind/projects/?per_page=3";
    BOOST_TEST(
        first.headers.find("Link").value() ==
        "<" + url + "&cursor=3:-1:1>; rel=\"previous\"; results=\"false\"; cursor=\"3:-1:1\", <" + url +
            "&cursor=3:1:0>; rel=\"next\"; results=\"true\"; cursor=\"3:1:0\""
    );
    auto const page = parse(first.body);
    BOOST_TEST(page.root().size() == 3u);
    BOOST_TEST(page.root().element(0).find("id")->as_string().value() == "4505281256090153");
    auto const second = co_await fixture.get(
        "/api/0/organizations/northwind/projects/?per_page=3&cursor=3:1:0", connected.token
    );
    BOOST_TEST(parse(second.body).root().size() == 1u);
    BOOST_TEST(
        second.headers.find("Link")->find("rel=\"next\"; results=\"false\"") != std::string_view::npos
    );
    BOOST_TEST(
        second.headers.find("Link")->find("rel=\"previous\"; results=\"true\"") != std::string_view::npos
    );
    auto const found =
        co_await fixture.get("/api/0/organizations/northwind/projects/?query=bill", connected.token);
    BOOST_TEST(parse(found.body).root().size() == 1u);
    BOOST_TEST(found.headers.find("Link").has_value());
}

SANDBOX_TEST(invalid_page_parameters_are_refused) {
    auto const connected = co_await fixture.connect("northwind");
    for (std::string const query :
         {"per_page=0", "per_page=101", "per_page=x", "cursor=x", "cursor=1:2", "cursor=a:b:c"}) {
        BOOST_TEST_CONTEXT(query) {
            auto const response =
                co_await fixture.get("/api/0/organizations/northwind/projects/?" + query, connected.token);
            BOOST_TEST(response.status == 400);
            BOOST_TEST(!text_at(parse(response.body), {"detail"}).empty());
        }
    }
}

SANDBOX_TEST(an_installation_is_shown_confirmed_and_deleted) {
    auto const connected = co_await fixture.connect("northwind");
    auto const path = "/api/0/sentry-app-installations/" + connected.uuid + "/";
    auto const shown = parse((co_await fixture.get(path, connected.token)).body);
    BOOST_TEST(text_at(shown, {"status"}) == "pending");
    BOOST_TEST(text_at(shown, {"uuid"}) == connected.uuid);
    BOOST_TEST(text_at(shown, {"organization", "slug"}) == "northwind");
    BOOST_TEST(!shown.root().find("code").has_value());

    BOOST_TEST((co_await fixture.put(path, R"({"status":"pending"})", connected.token)).status == 200);
    auto const confirmed = co_await fixture.put(path, R"({"status":"installed"})", connected.token);
    BOOST_TEST(confirmed.status == 200);
    BOOST_TEST(text_at(parse(confirmed.body), {"status"}) == "installed");
    BOOST_TEST((co_await fixture.put(path, R"({"status":"installed"})", connected.token)).status == 200);
    BOOST_TEST((co_await fixture.put(path, "x", connected.token)).status == 400);

    auto const other = co_await fixture.connect("empire-state");
    check_detail(co_await fixture.get(path, other.token), 403, forbidden);
    check_detail(
        co_await fixture.get(
            "/api/0/sentry-app-installations/00000000-0000-4000-8000-000000000000/", connected.token
        ),
        404,
        "The requested resource does not exist"
    );

    auto const listed = parse(
        (co_await fixture.get("/api/0/organizations/northwind/sentry-app-installations/", connected.token))
            .body
    );
    BOOST_TEST(listed.root().size() == 1u);

    co_await fixture.post("/control/settings", R"({"scopes":["org:integrations"]})");
    BOOST_TEST((co_await fixture.remove(path, connected.token)).status == 204);
    check_detail(co_await fixture.get(path, connected.token), 401, "Invalid token");
    BOOST_TEST(text_at(parse(fixture.app.requests.back().body), {"action"}) == "deleted");
}

SANDBOX_TEST(issues_are_listed_and_shown) {
    auto const connected = co_await fixture.connect("northwind");
    auto const created = co_await fixture.post(
        "/control/organizations/northwind/issues",
        R"({"project":"warehouse","id":"9200000000000001","title":"KeyError: shelf","environment":"staging","release":"1.2"})"
    );
    BOOST_TEST(created.status == 201);
    auto const list = co_await fixture.get("/api/0/organizations/northwind/issues/", connected.token);
    BOOST_TEST(parse(list.body).root().size() == 3u);
    BOOST_TEST(list.headers.find("X-Hits").value() == "3");
    auto const count = [&](std::string query) -> async::task<std::size_t> {
        auto const response =
            co_await fixture.get("/api/0/organizations/northwind/issues/" + query, connected.token);
        co_return parse(response.body).root().size();
    };
    BOOST_TEST((co_await count("?project=warehouse")) == 1u);
    BOOST_TEST((co_await count("?project=-1")) == 3u);
    BOOST_TEST((co_await count("?query=is:resolved")) == 0u);
    BOOST_TEST((co_await count("?query=shelf")) == 1u);
    BOOST_TEST((co_await count("?query=&environment=staging")) == 1u);

    for (std::string const path :
         {"/api/0/issues/9200000000000001/",
          "/api/0/organizations/northwind/issues/9200000000000001/",
          "/api/0/organizations/northwind/issues/WAREHOUSE-1/"}) {
        auto const response = parse((co_await fixture.get(path, connected.token)).body);
        BOOST_TEST(response.root().find("id")->as_string().value() == "9200000000000001");
        BOOST_TEST(text_at(response, {"status"}) == "unresolved");
        BOOST_TEST(text_at(response, {"substatus"}) == "new");
        BOOST_TEST(text_at(response, {"project", "slug"}) == "warehouse");
        BOOST_TEST(response.root().find("count")->as_string().value() == "1");
        BOOST_TEST(text_at(response, {"firstSeen"}) == "2026-03-02T09:14:05.120000Z");
    }
    auto const event = co_await fixture.get(
        "/api/0/organizations/northwind/issues/9200000000000001/events/latest/", connected.token
    );
    BOOST_TEST(text_at(parse(event.body), {"groupID"}) == "9200000000000001");
    BOOST_TEST(text_at(parse(event.body), {"release", "version"}) == "1.2");
    check_detail(
        co_await fixture.get(
            "/api/0/issues/9200000000000001/events/latest/?environment=production", connected.token
        ),
        404,
        "Event not found"
    );
    auto const other = co_await fixture.connect("empire-state");
    BOOST_TEST((co_await fixture.get("/api/0/issues/9200000000000001/", other.token)).status == 404);
}

SANDBOX_TEST(changing_an_issue_requires_a_write_scope) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post(
        "/control/organizations/northwind/issues", R"({"project":"billing","id":"9200000000000002"})"
    );
    std::string const path = "/api/0/organizations/northwind/issues/9200000000000002/";
    check_detail(co_await fixture.put(path, R"({"status":"resolved"})", connected.token), 403, forbidden);
    co_await fixture.post("/control/settings", R"({"scopes":["event:write","org:read"]})");
    auto const resolved = co_await fixture.put(path, R"({"status":"resolved"})", connected.token);
    BOOST_TEST(resolved.status == 200);
    BOOST_TEST(text_at(parse(resolved.body), {"status"}) == "resolved");
    BOOST_TEST((co_await fixture.put(path, R"({"status":"gone"})", connected.token)).status == 400);
    auto const ignored =
        co_await fixture.put(path, R"({"status":"ignored","substatus":"archived_forever"})", connected.token);
    BOOST_TEST(text_at(parse(ignored.body), {"substatus"}) == "archived_forever");
}

BOOST_AUTO_TEST_SUITE_END()
