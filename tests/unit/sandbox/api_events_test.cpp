#include "oauth_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* issue = "/api/0/organizations/northwind/issues/CHECKOUT-1/";

std::string event_id(char digit) {
    return std::string(32, digit);
}

async::task<> add_event(
    sandbox_fixture& fixture, char digit, std::string_view environment, std::string_view release
) {
    fixture.time.advance(std::chrono::seconds(1));
    co_await fixture.post(
        "/control/issues/CHECKOUT-1/events",
        json_object(
            {{"event_id", event_id(digit)}, {"environment", environment}, {"release", release}, {"rule", ""}}
        )
    );
}

async::task<std::string> fetch_text(
    sandbox_fixture& fixture,
    std::string target,
    std::string token,
    std::initializer_list<std::string_view> path
) {
    co_return text_at(parse((co_await fixture.get(std::move(target), std::move(token))).body), path);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api_events)

SANDBOX_TEST(an_event_is_found_by_name_and_id) {
    auto const connected = co_await fixture.connect("northwind");
    co_await add_event(fixture, '1', "staging", "2.0");
    co_await add_event(fixture, '2', "production", "2.1");
    auto const events = std::string(issue) + "events/";
    auto const oldest = co_await fetch_text(fixture, events + "oldest/", connected.token, {"eventID"});
    BOOST_TEST(oldest.size() == 32u);
    struct row {
        char const* name;
        std::string id;
    };
    for (auto const& [name, id] :
         {row{"latest/", event_id('2')},
          {"recommended/", event_id('2')},
          {"latest/?environment=staging", event_id('1')},
          {"oldest/?environment=staging", event_id('1')},
          {"11111111111111111111111111111111/", event_id('1')}}) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST((co_await fetch_text(fixture, events + name, connected.token, {"eventID"}) == id));
        }
    }
    auto const middle = parse((co_await fixture.get(events + event_id('1') + "/", connected.token)).body);
    BOOST_TEST(text_at(middle, {"previousEventID"}) == oldest);
    BOOST_TEST(text_at(middle, {"nextEventID"}) == event_id('2'));
    BOOST_TEST(text_at(middle, {"release", "version"}) == "2.0");
    for (auto const* const unknown : {"latest/?environment=nowhere", "33333333333333333333333333333333/"}) {
        auto const response = co_await fixture.get(events + unknown, connected.token);
        BOOST_TEST(response.status == 404);
        BOOST_TEST(response.body == R"({"detail":"Event not found"})");
    }
}

SANDBOX_TEST(releases_are_those_of_the_events) {
    auto const connected = co_await fixture.connect("northwind");
    co_await add_event(fixture, '1', "production", "app@2.0+x");
    auto const base = std::string("/api/0/organizations/northwind/releases/");
    auto const all = co_await fixture.get(base, connected.token);
    BOOST_TEST(parse(all.body).root().size() == 2u);
    BOOST_TEST(parse(all.body).root().element(0).find("version")->as_string().value() == "app@2.0+x");
    BOOST_TEST(all.headers.find("Link").has_value());
    struct row {
        char const* query;
        std::size_t count;
    };
    for (auto const& [query, count] :
         {row{"?query=2.0%2Bx", 1},
          {"?project=4505281256090153", 2},
          {"?project=9105281256090155", 1},
          {"?project=9105281256090156", 0},
          {"?project=-1", 2},
          {"?per_page=1&cursor=1:1:0", 1}}) {
        BOOST_TEST_CONTEXT(query) {
            BOOST_TEST(
                parse((co_await fixture.get(base + query, connected.token)).body).root().size() == count
            );
        }
    }
    BOOST_TEST(
        (co_await fetch_text(fixture, base + "app%402.0%2Bx/", connected.token, {"version"}) == "app@2.0+x")
    );
    BOOST_TEST((co_await fixture.get(base + "9.9/", connected.token)).status == 404);
    co_await fixture.post("/control/settings", R"({"scopes":["org:read"]})");
    BOOST_TEST((co_await fixture.get(base, connected.token)).status == 403);
}

SANDBOX_TEST(the_id_of_a_merged_issue_finds_its_target) {
    auto const connected = co_await fixture.connect("northwind");
    auto const created = parse(
        (co_await fixture.post("/control/organizations/northwind/issues", R"({"project":"checkout"})")).body
    );
    auto const id = text_at(created, {"issue", "id"});
    auto const target_id = co_await fetch_text(fixture, issue, connected.token, {"id"});
    co_await fixture.post("/control/settings", json_object({{"webhook_url", ""}}));
    auto const merged = co_await fixture.post("/control/issues/" + id + "/merge", R"({"into":"CHECKOUT-1"})");
    BOOST_TEST(merged.status == 200);
    auto const shown = parse((co_await fixture.get("/api/0/issues/" + id + "/", connected.token)).body);
    BOOST_TEST(text_at(shown, {"id"}) == target_id);
    BOOST_TEST(text_at(shown, {"count"}) == "2");
    auto const list = co_await fixture.get("/api/0/organizations/northwind/issues/?query=", connected.token);
    BOOST_TEST(parse(list.body).root().size() == 2u);
    struct row {
        char const* source;
        char const* target;
        int status;
    };
    for (auto const& [source, target, status] :
         {row{"CHECKOUT-1", "CHECKOUT-1", 400},
          {"CHECKOUT-1", "BILLING-1", 400},
          {"CHECKOUT-1", "NONE-1", 404},
          {"NONE-1", "CHECKOUT-1", 404}}) {
        auto const response = co_await fixture.post(
            "/control/issues/" + std::string(source) + "/merge", json_object({{"into", target}})
        );
        BOOST_TEST(response.status == status);
    }
}

SANDBOX_TEST(a_person_cannot_resolve_a_metric_monitors_issue) {
    auto const connected =
        co_await connect_oauth(fixture, changed(authorize_request(), {{"scope", "event:read event:write"}}));
    co_await fixture.post(
        "/control/organizations/northwind/issues", R"({"project":"checkout","kind":"metric"})"
    );
    auto const path = std::string("/api/0/issues/CHECKOUT-2/");
    for (auto const* const status : {"resolved", "resolvedInNextRelease"}) {
        auto const response = co_await fixture.put(path, json_object({{"status", status}}), connected.token);
        BOOST_TEST(response.status == 400);
        BOOST_TEST(response.body == R"({"detail":"Cannot manually resolve one or more issues"})");
    }
    BOOST_TEST((co_await fetch_text(fixture, path, connected.token, {"issueType"}) == "metric_issue"));
    BOOST_TEST((co_await fixture.put(issue, R"({"status":"resolved"})", connected.token)).status == 200);
    BOOST_TEST((co_await fetch_text(fixture, issue, connected.token, {"status"}) == "resolved"));
}

SANDBOX_TEST(a_former_project_slug_redirects) {
    auto const connected = co_await fixture.connect("northwind");
    auto const base = std::string("/api/0/projects/northwind/");
    BOOST_TEST((co_await fixture.get(base + "checkout/", connected.token)).status == 200);
    auto const rename = std::string("/control/organizations/northwind/projects/checkout/rename");
    BOOST_TEST((co_await fixture.post(rename, R"({"slug":"billing"})")).status == 409);
    BOOST_TEST((co_await fixture.post(rename, R"({"slug":"Not a slug"})")).status == 400);
    BOOST_TEST((co_await fixture.post(rename, R"({"slug":"tills"})")).status == 200);
    for (auto const& [path, location] :
         {std::pair("checkout/", "tills/"), {"checkout/events/1/", "tills/events/1/"}}) {
        auto const response = co_await fixture.get(base + path, connected.token);
        BOOST_TEST(response.status == 302);
        BOOST_TEST(response.headers.find("Location").value() == base + location);
        BOOST_TEST(text_at(parse(response.body), {"slug"}) == "tills");
        BOOST_TEST(text_at(parse(response.body), {"detail", "code"}) == "resource-moved");
    }
    BOOST_TEST((co_await fixture.get(base + "checkout/")).status == 401);
    BOOST_TEST((co_await fixture.get(base + "tills/", connected.token)).status == 200);
    BOOST_TEST((co_await fixture.get(base + "nothing/", connected.token)).status == 404);
    BOOST_TEST(
        (co_await fixture.get("/api/0/projects/empire-state/dispatch/", connected.token)).status == 403
    );
}

SANDBOX_TEST(regions_are_listed_for_users) {
    auto const connected = co_await connect_oauth(fixture);
    auto const regions = "/api/0/users/me/regions/";
    auto const own = parse((co_await fixture.get(regions, connected.token)).body);
    BOOST_TEST(
        own.root().find("regions")->element(0).find("url")->as_string().value() == fixture.server.public_url()
    );
    auto const path = std::string("/api/0/organizations/northwind/");
    for (auto const* const url : {"https://evil.example", ""}) {
        co_await fixture.post("/control/settings", json_object({{"region_url", url}}));
        BOOST_TEST((co_await fetch_text(fixture, path, connected.token, {"links", "regionUrl"}) == url));
    }
    co_await fixture.post("/control/settings", R"({"region_url":null})");
    BOOST_TEST(
        (co_await fetch_text(fixture, path, connected.token, {"links", "regionUrl"}) ==
         fixture.server.public_url())
    );
    auto const installed = co_await fixture.connect("northwind");
    BOOST_TEST((co_await fixture.get(regions, installed.token)).status == 403);
    BOOST_TEST((co_await fixture.get(regions)).status == 401);
}

BOOST_AUTO_TEST_SUITE_END()
