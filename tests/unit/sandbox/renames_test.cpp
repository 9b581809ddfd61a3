#include "sandbox_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* rename_organization = "/control/organizations/northwind/rename";
constexpr char const* rename_project = "/control/organizations/northwind/projects/checkout/rename";
constexpr char const* checkout_id = "4505281256090153";

async::task<int> status_of(sandbox_fixture& fixture, std::string target, std::string token) {
    co_return (co_await fixture.get(std::move(target), std::move(token))).status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(renames)

SANDBOX_TEST(a_renamed_organization_is_found_by_its_id_and_new_slug_only) {
    auto const connected = co_await fixture.connect_installed("northwind");
    auto const renamed = co_await fixture.post(rename_organization, R"({"slug":"northwind-ltd"})");
    BOOST_TEST(renamed.status == 200);
    auto const id = text_at(parse(renamed.body), {"id"});
    for (std::string const rest : {"", "projects/", "issues/CHECKOUT-1/"}) {
        BOOST_TEST_CONTEXT(rest) {
            std::string const base = "/api/0/organizations/";
            BOOST_TEST(co_await status_of(fixture, base + "northwind/" + rest, connected.token) == 404);
            BOOST_TEST(co_await status_of(fixture, base + "northwind-ltd/" + rest, connected.token) == 200);
            BOOST_TEST(co_await status_of(fixture, base + id + "/" + rest, connected.token) == 200);
        }
    }
    co_await fixture.post("/control/issues/CHECKOUT-1/events", "{}");
    auto const alert = parse(fixture.app.requests.back().body);
    BOOST_TEST(
        text_at(alert, {"data", "event", "issue_url"}).find("/organizations/northwind-ltd/issues/") !=
        std::string::npos
    );
    // Another organization can take the former slug.
    BOOST_TEST((co_await fixture.post("/control/organizations", R"({"slug":"northwind"})")).status == 201);
    BOOST_TEST(co_await status_of(fixture, "/api/0/organizations/northwind/", connected.token) == 403);
}

SANDBOX_TEST(an_organization_cannot_take_the_slug_of_another) {
    BOOST_TEST((co_await fixture.post(rename_organization, R"({"slug":"empire-state"})")).status == 409);
    BOOST_TEST((co_await fixture.post(rename_organization, R"({"slug":"A B"})")).status == 400);
    BOOST_TEST(
        (co_await fixture.post("/control/organizations/none/rename", R"({"slug":"a"})")).status == 404
    );
}

SANDBOX_TEST(another_project_can_take_the_former_slug_of_a_renamed_one) {
    auto const connected = co_await fixture.connect_installed("northwind");
    BOOST_TEST((co_await fixture.post(rename_project, R"({"slug":"cart"})")).status == 200);
    std::string const former = "/api/0/projects/northwind/checkout/";
    BOOST_TEST(co_await status_of(fixture, former, connected.token) == 302);
    co_await fixture.post("/control/organizations/northwind/projects", R"({"slug":"checkout"})");
    BOOST_TEST(co_await status_of(fixture, former, connected.token) == 200);
    co_await fixture.post("/control/issues/CHECKOUT-1/assign", "{}");
    auto const body = parse(fixture.app.requests.back().body);
    BOOST_TEST(text_at(body, {"data", "issue", "project", "id"}) == checkout_id);
    BOOST_TEST(text_at(body, {"data", "issue", "project", "slug"}) == "cart");
}

BOOST_AUTO_TEST_SUITE_END()
