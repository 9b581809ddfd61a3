#include "lab.hpp"

#include <tocsin/base/uuid.hpp>

#include <boost/test/unit_test.hpp>

#include <sandbox/url.hpp>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* page = "/sentry-apps/tocsin/external-install/";

async::task<http::answer> submit(lab& here, std::string form, std::string to = page) {
    co_return (co_await here.exchange(
                   http::method::post,
                   std::move(to),
                   std::move(form),
                   {{"Content-Type", "application/x-www-form-urlencoded"}}
               ))
        .value();
}

/// The redirect's parameters.
std::vector<http::query_parameter> query_of(http::answer const& redirect) {
    auto const url = std::string(redirect.headers.find("Location").value_or(""));
    BOOST_TEST(url.starts_with("https://tocsin.example/oauth/sentry/callback?"));
    return sandbox::form_decoded(std::string_view(url).substr(url.find('?') + 1));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(consent)

LAB_TEST(the_page_offers_every_organization) {
    auto const got = co_await here.get(page);
    BOOST_TEST(got.status == 200);
    BOOST_TEST(got.body.find("value=\"northwind\"") != std::string::npos);
    BOOST_TEST(got.body.find("value=\"empire-state\"") != std::string::npos);
    BOOST_TEST(got.body.find("Issue &amp; Event") != std::string::npos);
    BOOST_TEST(got.headers.find("Content-Security-Policy").has_value());
}

LAB_TEST(an_unknown_app_is_404) {
    BOOST_TEST((co_await here.get("/sentry-apps/nobody/external-install/")).status == 404);
    auto const posted = co_await submit(
        here, "organization=northwind&action=install", "/sentry-apps/nobody/external-install/"
    );
    BOOST_TEST(posted.status == 404);
}

LAB_TEST(installing_redirects_and_announces) {
    co_await here.post("/control/settings", R"({"installation_created":"before_redirect"})");
    auto const got = co_await submit(here, "organization=empire-state&action=install");
    BOOST_TEST(got.status == 302);
    auto const query = query_of(got);
    auto const code = sandbox::form_value(query, "code");
    BOOST_TEST(code.size() == 64u);
    BOOST_TEST(sandbox::form_value(query, "orgSlug") == "empire-state");
    auto const id = sandbox::form_value(query, "installationId");
    BOOST_TEST(uuid::parse(id).has_value());

    BOOST_REQUIRE(here.app.got.size() == 1u);
    auto const& hook = here.app.got.front();
    BOOST_TEST(hook.headers.find("Sentry-Hook-Resource").value() == "installation");
    auto const body = parsed(hook.body);
    BOOST_TEST(at(body, {"action"}) == "created");
    BOOST_TEST(at(body, {"data", "installation", "code"}) == code);
    BOOST_TEST(at(body, {"data", "installation", "status"}) == "pending");
    BOOST_TEST(at(body, {"data", "installation", "organization", "slug"}) == "empire-state");
    BOOST_TEST(at(body, {"installation", "uuid"}) == id);
}

LAB_TEST(the_announcement_may_be_left_for_later) {
    co_await here.post("/control/settings", R"({"installation_created":"never"})");
    auto const id = sandbox::form_value(
        query_of(co_await submit(here, "organization=northwind&action=install")), "installationId"
    );
    BOOST_TEST(here.app.got.empty());
    auto const told = co_await here.post("/control/installations/" + id + "/created", "{}");
    BOOST_TEST(told.status == 200);
    BOOST_TEST(here.app.got.size() == 1u);
}

LAB_TEST(a_test_chooses_the_uuid) {
    co_await here.post("/control/next-installation", R"({"uuid":"7a485448-0000-4000-8000-000000000001"})");
    auto const first = query_of(co_await submit(here, "organization=northwind&action=install"));
    BOOST_TEST(sandbox::form_value(first, "installationId") == "7a485448-0000-4000-8000-000000000001");
    auto const second = query_of(co_await submit(here, "organization=empire-state&action=install"));
    BOOST_TEST(sandbox::form_value(second, "installationId") != "7a485448-0000-4000-8000-000000000001");
}

LAB_TEST(installing_twice_is_refused_on_the_page) {
    co_await submit(here, "organization=northwind&action=install");
    auto const again = co_await submit(here, "organization=northwind&action=install");
    BOOST_TEST(again.status == 409);
    BOOST_TEST(again.body.find("already installed for Northwind Traders") != std::string::npos);
}

LAB_TEST(cancelling_installs_nothing) {
    auto const got = co_await submit(here, "organization=northwind&action=cancel");
    BOOST_TEST(got.status == 200);
    auto const state = parsed((co_await here.get("/control/state")).body);
    BOOST_TEST(state.root().find("installations")->size() == 0u);
}

LAB_TEST(no_organization_is_no_installation) {
    BOOST_TEST((co_await submit(here, "action=install")).status == 400);
}

LAB_TEST(pages_and_their_assets_are_served) {
    BOOST_TEST((co_await here.get("/")).status == 200);
    BOOST_TEST((co_await here.get("/sandbox.css")).status == 200);
    BOOST_TEST(
        (co_await here.get("/sandbox.js")).headers.find("Content-Type").value() ==
        "text/javascript; charset=utf-8"
    );
    BOOST_TEST((co_await here.get("/nowhere")).status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
