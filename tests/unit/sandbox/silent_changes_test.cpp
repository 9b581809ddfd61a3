#include "sandbox_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* issue = "/api/0/issues/CHECKOUT-1/";

}  // namespace

BOOST_AUTO_TEST_SUITE(silent_changes)

// Sentry sends no webhook about these changes. They are visible only to readers of the API.
SANDBOX_TEST(an_outage_recovers_without_a_webhook) {
    auto const connected = co_await fixture.connect_installed("northwind");
    auto const before = fixture.app.requests.size();
    BOOST_TEST((co_await fixture.post("/control/issues/CHECKOUT-1/recover", "{}")).status == 200);
    BOOST_TEST(fixture.app.requests.size() == before);
    auto const shown = parse((co_await fixture.get(issue, connected.token)).body);
    BOOST_TEST(text_at(shown, {"status"}) == "resolved");
    BOOST_TEST(shown.root().find("statusDetails")->size() == 0u);
}

SANDBOX_TEST(a_deleted_issue_is_not_found) {
    auto const connected = co_await fixture.connect_installed("northwind");
    auto const before = fixture.app.requests.size();
    BOOST_TEST((co_await fixture.remove("/control/issues/CHECKOUT-1")).status == 200);
    BOOST_TEST(fixture.app.requests.size() == before);
    for (std::string const rest : {"", "events/latest/"})
        BOOST_TEST((co_await fixture.get(issue + rest, connected.token)).status == 404);
    BOOST_TEST((co_await fixture.remove("/control/issues/CHECKOUT-1")).status == 404);
}

SANDBOX_TEST(an_unassigned_issue_has_no_assignee) {
    auto const connected = co_await fixture.connect_installed("northwind");
    co_await fixture.post("/control/issues/CHECKOUT-1/assign", "{}");
    BOOST_TEST(
        text_at(parse((co_await fixture.get(issue, connected.token)).body), {"assignedTo", "name"}) ==
        "Demo User"
    );
    auto const before = fixture.app.requests.size();
    co_await fixture.post("/control/issues/CHECKOUT-1/unassign", "{}");
    BOOST_TEST(fixture.app.requests.size() == before);
    BOOST_TEST(parse((co_await fixture.get(issue, connected.token)).body).root().find("assignedTo")->is_null()
    );
}

SANDBOX_TEST(a_resolution_says_how) {
    auto const connected = co_await fixture.connect_installed("northwind");
    struct row {
        char const* request;
        char const* type;
        char const* details;
    };
    for (auto const& [request, type, details] :
         {row{"{}", "now", "{}"},
          {R"({"release":"app@2.0"})", "in_release", R"({"inRelease":"app@2.0"})"},
          {R"({"resolution_type":"in_next_release"})", "in_next_release", R"({"inNextRelease":true})"},
          {R"({"commit":"a1b2c3"})", "in_commit", R"({"inCommit":{"id":"a1b2c3"}})"}}) {
        co_await fixture.post("/control/issues/CHECKOUT-1/resolve", request);
        auto const& webhook = fixture.app.requests.back().body;
        BOOST_TEST(text_at(parse(webhook), {"data", "resolution_type"}) == type);
        auto const member = std::string(R"("statusDetails":)") + details;
        BOOST_TEST(webhook.find(member) != std::string::npos);
        BOOST_TEST((co_await fixture.get(issue, connected.token)).body.find(member) != std::string::npos);
    }
    co_await fixture.post("/control/issues/CHECKOUT-1/unresolve", "{}");
    BOOST_TEST(fixture.app.requests.back().body.find(R"("statusDetails":{})") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
