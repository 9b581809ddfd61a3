#include "lab.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

void check_detail(http::answer const& got, int status, std::string_view text) {
    BOOST_TEST(got.status == status);
    BOOST_TEST(got.body == object({{"detail", text}}));
}

constexpr char const* forbidden = "You do not have permission to perform this action.";

}  // namespace

BOOST_AUTO_TEST_SUITE(api)

LAB_TEST(credentials_are_asked_for) {
    check_detail(
        co_await here.get("/api/0/organizations/northwind/projects/"),
        401,
        "Authentication credentials were not provided."
    );
    check_detail(
        co_await here.get("/api/0/organizations/northwind/projects/", "nonsense"), 401, "Invalid token"
    );
}

LAB_TEST(requests_are_limited_where_asked) {
    auto const it = co_await here.connect("northwind");
    auto const other = co_await here.connect("empire-state");
    auto const free = co_await here.get("/api/0/organizations/", it.token);
    BOOST_TEST(!free.headers.find("X-Sentry-Rate-Limit-Limit"));
    co_await here.post("/control/settings", R"({"rate_limit":2})");
    auto const first = co_await here.get("/api/0/organizations/", it.token);
    BOOST_TEST(first.headers.find("X-Sentry-Rate-Limit-Limit").value() == "2");
    BOOST_TEST(first.headers.find("X-Sentry-Rate-Limit-Remaining").value() == "1");
    BOOST_TEST(first.headers.find("X-Sentry-Rate-Limit-Reset").value() == "1772442846");
    BOOST_TEST((co_await here.get("/api/0/organizations/", it.token)).status == 200);
    auto const many = co_await here.get("/api/0/organizations/", it.token);
    BOOST_TEST(many.status == 429);
    BOOST_TEST(!many.headers.find("Retry-After"));
    BOOST_TEST(many.body.find("Limit is 2 requests in 1 seconds") != std::string::npos);
    BOOST_TEST((co_await here.get("/api/0/organizations/", other.token)).status == 200);
    here.time.advance(std::chrono::seconds(1));
    BOOST_TEST((co_await here.get("/api/0/organizations/", it.token)).status == 200);
}

LAB_TEST(a_token_is_for_its_organization) {
    auto const it = co_await here.connect("northwind");
    auto const list = parsed((co_await here.get("/api/0/organizations/", it.token)).body);
    BOOST_TEST(list.root().size() == 1u);
    auto const own = parsed((co_await here.get("/api/0/organizations/northwind/", it.token)).body);
    BOOST_TEST(at(own, {"slug"}) == "northwind");
    BOOST_TEST(own.root().find("id")->as_string().value() == "4505281256000001");
    BOOST_TEST(at(own, {"links", "regionUrl"}) == here.stand_in.public_url());
    check_detail(co_await here.get("/api/0/organizations/empire-state/", it.token), 403, forbidden);
    check_detail(
        co_await here.get("/api/0/organizations/nowhere/", it.token),
        404,
        "The requested resource does not exist"
    );
}

LAB_TEST(scopes_are_checked) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/settings", R"({"scopes":["org:read"]})");
    BOOST_TEST((co_await here.get("/api/0/organizations/northwind/", it.token)).status == 200);
    check_detail(co_await here.get("/api/0/organizations/northwind/issues/", it.token), 403, forbidden);
    check_detail(
        co_await here.remove("/api/0/sentry-app-installations/" + it.uuid + "/", it.token), 403, forbidden
    );
}

LAB_TEST(projects_come_in_pages) {
    auto const it = co_await here.connect("northwind");
    auto const first = co_await here.get("/api/0/organizations/northwind/projects/?per_page=3", it.token);
    auto const url = here.stand_in.public_url() + "/api/0/organizations/northwind/projects/?per_page=3";
    BOOST_TEST(
        first.headers.find("Link").value() ==
        "<" + url + "&cursor=3:-1:1>; rel=\"previous\"; results=\"false\"; cursor=\"3:-1:1\", <" + url +
            "&cursor=3:1:0>; rel=\"next\"; results=\"true\"; cursor=\"3:1:0\""
    );
    auto const page = parsed(first.body);
    BOOST_TEST(page.root().size() == 3u);
    BOOST_TEST(page.root().element(0).find("id")->as_string().value() == "4505281256090153");
    auto const second =
        co_await here.get("/api/0/organizations/northwind/projects/?per_page=3&cursor=3:1:0", it.token);
    BOOST_TEST(parsed(second.body).root().size() == 1u);
    BOOST_TEST(
        second.headers.find("Link")->find("rel=\"next\"; results=\"false\"") != std::string_view::npos
    );
    BOOST_TEST(
        second.headers.find("Link")->find("rel=\"previous\"; results=\"true\"") != std::string_view::npos
    );
    auto const found = co_await here.get("/api/0/organizations/northwind/projects/?query=bill", it.token);
    BOOST_TEST(parsed(found.body).root().size() == 1u);
    BOOST_TEST(found.headers.find("Link").has_value());
}

LAB_TEST(bad_pages_are_refused) {
    auto const it = co_await here.connect("northwind");
    for (std::string const query :
         {"per_page=0", "per_page=101", "per_page=x", "cursor=x", "cursor=1:2", "cursor=a:b:c"}) {
        BOOST_TEST_CONTEXT(query) {
            auto const got = co_await here.get("/api/0/organizations/northwind/projects/?" + query, it.token);
            BOOST_TEST(got.status == 400);
            BOOST_TEST(!at(parsed(got.body), {"detail"}).empty());
        }
    }
}

LAB_TEST(the_installation_tells_confirms_and_ends) {
    auto const it = co_await here.connect("northwind");
    auto const path = "/api/0/sentry-app-installations/" + it.uuid + "/";
    auto const shown = parsed((co_await here.get(path, it.token)).body);
    BOOST_TEST(at(shown, {"status"}) == "pending");
    BOOST_TEST(at(shown, {"uuid"}) == it.uuid);
    BOOST_TEST(at(shown, {"organization", "slug"}) == "northwind");
    BOOST_TEST(!shown.root().find("code").has_value());

    BOOST_TEST((co_await here.put(path, R"({"status":"pending"})", it.token)).status == 200);
    auto const confirmed = co_await here.put(path, R"({"status":"installed"})", it.token);
    BOOST_TEST(confirmed.status == 200);
    BOOST_TEST(at(parsed(confirmed.body), {"status"}) == "installed");
    BOOST_TEST((co_await here.put(path, R"({"status":"installed"})", it.token)).status == 200);
    BOOST_TEST((co_await here.put(path, "x", it.token)).status == 400);

    auto const other = co_await here.connect("empire-state");
    check_detail(co_await here.get(path, other.token), 403, forbidden);
    check_detail(
        co_await here.get("/api/0/sentry-app-installations/00000000-0000-4000-8000-000000000000/", it.token),
        404,
        "The requested resource does not exist"
    );

    auto const listed =
        parsed((co_await here.get("/api/0/organizations/northwind/sentry-app-installations/", it.token)).body
        );
    BOOST_TEST(listed.root().size() == 1u);

    co_await here.post("/control/settings", R"({"scopes":["org:integrations"]})");
    BOOST_TEST((co_await here.remove(path, it.token)).status == 204);
    check_detail(co_await here.get(path, it.token), 401, "Invalid token");
    BOOST_TEST(at(parsed(here.app.got.back().body), {"action"}) == "deleted");
}

LAB_TEST(issues_are_listed_and_found) {
    auto const it = co_await here.connect("northwind");
    auto const made = co_await here.post(
        "/control/organizations/northwind/issues",
        R"({"project":"warehouse","id":"9200000000000001","title":"KeyError: shelf","environment":"staging","release":"1.2"})"
    );
    BOOST_TEST(made.status == 201);
    auto const list = co_await here.get("/api/0/organizations/northwind/issues/", it.token);
    BOOST_TEST(parsed(list.body).root().size() == 3u);
    BOOST_TEST(list.headers.find("X-Hits").value() == "3");
    auto const count = [&](std::string query) -> async::task<std::size_t> {
        auto const got = co_await here.get("/api/0/organizations/northwind/issues/" + query, it.token);
        co_return parsed(got.body).root().size();
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
        auto const got = parsed((co_await here.get(path, it.token)).body);
        BOOST_TEST(got.root().find("id")->as_string().value() == "9200000000000001");
        BOOST_TEST(at(got, {"status"}) == "unresolved");
        BOOST_TEST(at(got, {"substatus"}) == "new");
        BOOST_TEST(at(got, {"project", "slug"}) == "warehouse");
        BOOST_TEST(got.root().find("count")->as_string().value() == "1");
        BOOST_TEST(at(got, {"firstSeen"}) == "2026-03-02T09:14:05.120000Z");
    }
    auto const event =
        co_await here.get("/api/0/organizations/northwind/issues/9200000000000001/events/latest/", it.token);
    BOOST_TEST(at(parsed(event.body), {"groupID"}) == "9200000000000001");
    BOOST_TEST(at(parsed(event.body), {"release", "version"}) == "1.2");
    check_detail(
        co_await here.get("/api/0/issues/9200000000000001/events/latest/?environment=production", it.token),
        404,
        "Event not found"
    );
    auto const other = co_await here.connect("empire-state");
    BOOST_TEST((co_await here.get("/api/0/issues/9200000000000001/", other.token)).status == 404);
}

LAB_TEST(issues_are_resolved_by_those_who_may) {
    auto const it = co_await here.connect("northwind");
    co_await here.post(
        "/control/organizations/northwind/issues", R"({"project":"billing","id":"9200000000000002"})"
    );
    std::string const path = "/api/0/organizations/northwind/issues/9200000000000002/";
    check_detail(co_await here.put(path, R"({"status":"resolved"})", it.token), 403, forbidden);
    co_await here.post("/control/settings", R"({"scopes":["event:write","org:read"]})");
    auto const resolved = co_await here.put(path, R"({"status":"resolved"})", it.token);
    BOOST_TEST(resolved.status == 200);
    BOOST_TEST(at(parsed(resolved.body), {"status"}) == "resolved");
    BOOST_TEST((co_await here.put(path, R"({"status":"gone"})", it.token)).status == 400);
    auto const ignored =
        co_await here.put(path, R"({"status":"ignored","substatus":"archived_forever"})", it.token);
    BOOST_TEST(at(parsed(ignored.body), {"substatus"}) == "archived_forever");
}

BOOST_AUTO_TEST_SUITE_END()
