#include "oauth_lab.hpp"

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

async::task<> occur(lab& here, char digit, std::string_view environment, std::string_view release) {
    here.time.advance(std::chrono::seconds(1));
    co_await here.post(
        "/control/issues/CHECKOUT-1/events",
        object(
            {{"event_id", event_id(digit)}, {"environment", environment}, {"release", release}, {"rule", ""}}
        )
    );
}

async::task<std::string> text_at(
    lab& here, std::string target, std::string token, std::initializer_list<std::string_view> path
) {
    co_return at(parsed((co_await here.get(std::move(target), std::move(token))).body), path);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api_events)

LAB_TEST(events_are_found_by_name_and_id) {
    auto const it = co_await here.connect("northwind");
    co_await occur(here, '1', "staging", "2.0");
    co_await occur(here, '2', "production", "2.1");
    auto const events = std::string(issue) + "events/";
    auto const oldest = co_await text_at(here, events + "oldest/", it.token, {"eventID"});
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
            BOOST_TEST((co_await text_at(here, events + name, it.token, {"eventID"}) == id));
        }
    }
    auto const middle = parsed((co_await here.get(events + event_id('1') + "/", it.token)).body);
    BOOST_TEST(at(middle, {"previousEventID"}) == oldest);
    BOOST_TEST(at(middle, {"nextEventID"}) == event_id('2'));
    BOOST_TEST(at(middle, {"release", "version"}) == "2.0");
    for (auto const* const unknown : {"latest/?environment=nowhere", "33333333333333333333333333333333/"}) {
        auto const got = co_await here.get(events + unknown, it.token);
        BOOST_TEST(got.status == 404);
        BOOST_TEST(got.body == R"({"detail":"Event not found"})");
    }
}

LAB_TEST(releases_are_those_of_events) {
    auto const it = co_await here.connect("northwind");
    co_await occur(here, '1', "production", "app@2.0+x");
    auto const base = std::string("/api/0/organizations/northwind/releases/");
    auto const all = co_await here.get(base, it.token);
    BOOST_TEST(parsed(all.body).root().size() == 2u);
    BOOST_TEST(parsed(all.body).root().element(0).find("version")->as_string().value() == "app@2.0+x");
    BOOST_TEST(all.headers.find("Link").has_value());
    struct row {
        char const* query;
        std::size_t found;
    };
    for (auto const& [query, found] :
         {row{"?query=2.0%2Bx", 1},
          {"?project=4505281256090153", 2},
          {"?project=9105281256090155", 1},
          {"?project=9105281256090156", 0},
          {"?project=-1", 2},
          {"?per_page=1&cursor=1:1:0", 1}}) {
        BOOST_TEST_CONTEXT(query) {
            BOOST_TEST(parsed((co_await here.get(base + query, it.token)).body).root().size() == found);
        }
    }
    BOOST_TEST((co_await text_at(here, base + "app%402.0%2Bx/", it.token, {"version"}) == "app@2.0+x"));
    BOOST_TEST((co_await here.get(base + "9.9/", it.token)).status == 404);
    co_await here.post("/control/settings", R"({"scopes":["org:read"]})");
    BOOST_TEST((co_await here.get(base, it.token)).status == 403);
}

LAB_TEST(a_merged_issues_id_finds_the_surviving_one) {
    auto const it = co_await here.connect("northwind");
    auto const made = parsed(
        (co_await here.post("/control/organizations/northwind/issues", R"({"project":"checkout"})")).body
    );
    auto const id = at(made, {"issue", "id"});
    auto const survivor = co_await text_at(here, issue, it.token, {"id"});
    co_await here.post("/control/settings", object({{"webhook_url", ""}}));
    auto const merged = co_await here.post("/control/issues/" + id + "/merge", R"({"into":"CHECKOUT-1"})");
    BOOST_TEST(merged.status == 200);
    auto const shown = parsed((co_await here.get("/api/0/issues/" + id + "/", it.token)).body);
    BOOST_TEST(at(shown, {"id"}) == survivor);
    BOOST_TEST(at(shown, {"count"}) == "2");
    auto const list = co_await here.get("/api/0/organizations/northwind/issues/?query=", it.token);
    BOOST_TEST(parsed(list.body).root().size() == 2u);
    struct row {
        char const* from;
        char const* into;
        int status;
    };
    for (auto const& [from, into, status] :
         {row{"CHECKOUT-1", "CHECKOUT-1", 400},
          {"CHECKOUT-1", "BILLING-1", 400},
          {"CHECKOUT-1", "NONE-1", 404},
          {"NONE-1", "CHECKOUT-1", 404}}) {
        auto const got =
            co_await here.post("/control/issues/" + std::string(from) + "/merge", object({{"into", into}}));
        BOOST_TEST(got.status == status);
    }
}

LAB_TEST(a_metric_monitors_issue_is_not_resolved_by_hand) {
    auto const it =
        co_await oauth_connected(here, changed(authorize_request(), {{"scope", "event:read event:write"}}));
    co_await here.post(
        "/control/organizations/northwind/issues", R"({"project":"checkout","metric_monitor":true})"
    );
    auto const path = std::string("/api/0/issues/CHECKOUT-2/");
    for (auto const* const status : {"resolved", "resolvedInNextRelease"}) {
        auto const got = co_await here.put(path, object({{"status", status}}), it.token);
        BOOST_TEST(got.status == 400);
        BOOST_TEST(got.body == R"({"detail":"Cannot manually resolve one or more issues"})");
    }
    BOOST_TEST((co_await text_at(here, path, it.token, {"issueType"}) == "metric_issue"));
    BOOST_TEST((co_await here.put(issue, R"({"status":"resolved"})", it.token)).status == 200);
    BOOST_TEST((co_await text_at(here, issue, it.token, {"status"}) == "resolved"));
}

LAB_TEST(a_renamed_project_leads_on) {
    auto const it = co_await here.connect("northwind");
    auto const base = std::string("/api/0/projects/northwind/");
    BOOST_TEST((co_await here.get(base + "checkout/", it.token)).status == 200);
    auto const rename = std::string("/control/organizations/northwind/projects/checkout/rename");
    BOOST_TEST((co_await here.post(rename, R"({"slug":"billing"})")).status == 409);
    BOOST_TEST((co_await here.post(rename, R"({"slug":"Not a slug"})")).status == 400);
    BOOST_TEST((co_await here.post(rename, R"({"slug":"tills"})")).status == 200);
    for (auto const& [path, location] :
         {std::pair("checkout/", "tills/"), {"checkout/events/1/", "tills/events/1/"}}) {
        auto const got = co_await here.get(base + path, it.token);
        BOOST_TEST(got.status == 302);
        BOOST_TEST(got.headers.find("Location").value() == base + location);
        BOOST_TEST(at(parsed(got.body), {"slug"}) == "tills");
        BOOST_TEST(at(parsed(got.body), {"detail", "code"}) == "resource-moved");
    }
    BOOST_TEST((co_await here.get(base + "checkout/")).status == 401);
    BOOST_TEST((co_await here.get(base + "tills/", it.token)).status == 200);
    BOOST_TEST((co_await here.get(base + "nothing/", it.token)).status == 404);
    BOOST_TEST((co_await here.get("/api/0/projects/empire-state/dispatch/", it.token)).status == 403);
}

LAB_TEST(regions) {
    auto const it = co_await oauth_connected(here);
    auto const regions = "/api/0/users/me/regions/";
    auto const own = parsed((co_await here.get(regions, it.token)).body);
    BOOST_TEST(
        own.root().find("regions")->element(0).find("url")->as_string().value() == here.stand_in.public_url()
    );
    auto const path = std::string("/api/0/organizations/northwind/");
    for (auto const* const url : {"https://evil.example", ""}) {
        co_await here.post("/control/settings", object({{"region_url", url}}));
        BOOST_TEST((co_await text_at(here, path, it.token, {"links", "regionUrl"}) == url));
    }
    co_await here.post("/control/settings", R"({"region_url":null})");
    BOOST_TEST((co_await text_at(here, path, it.token, {"links", "regionUrl"}) == here.stand_in.public_url())
    );
    auto const installed = co_await here.connect("northwind");
    BOOST_TEST((co_await here.get(regions, installed.token)).status == 403);
    BOOST_TEST((co_await here.get(regions)).status == 401);
}

BOOST_AUTO_TEST_SUITE_END()
