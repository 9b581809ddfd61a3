#include "sandbox_fixture.hpp"

#include <tocsin/base/uuid.hpp>

#include <boost/test/unit_test.hpp>

#include <sandbox/url.hpp>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* page = "/sentry-apps/tocsin/external-install/";

async::task<http::client_response> submit(
    sandbox_fixture& fixture, std::string form, std::string target = page
) {
    co_return (co_await fixture.exchange(
                   http::method::post,
                   std::move(target),
                   std::move(form),
                   {{"Content-Type", "application/x-www-form-urlencoded"}}
               ))
        .value();
}

/// The redirect's parameters.
std::vector<http::query_parameter> query_of(http::client_response const& redirect) {
    auto const url = std::string(redirect.headers.find("Location").value_or(""));
    BOOST_TEST(url.starts_with("https://tocsin.example/oauth/sentry/callback?"));
    return sandbox::decode_form(std::string_view(url).substr(url.find('?') + 1));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(consent)

SANDBOX_TEST(the_page_lists_every_organization) {
    auto const response = co_await fixture.get(page);
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body.find("value=\"northwind\"") != std::string::npos);
    BOOST_TEST(response.body.find("value=\"empire-state\"") != std::string::npos);
    BOOST_TEST(response.body.find("Issue &amp; Event") != std::string::npos);
    BOOST_TEST(response.headers.find("Content-Security-Policy").has_value());
}

SANDBOX_TEST(an_unknown_app_is_not_found) {
    BOOST_TEST((co_await fixture.get("/sentry-apps/nobody/external-install/")).status == 404);
    auto const posted = co_await submit(
        fixture, "organization=northwind&action=install", "/sentry-apps/nobody/external-install/"
    );
    BOOST_TEST(posted.status == 404);
}

SANDBOX_TEST(installing_redirects_and_sends_a_webhook) {
    co_await fixture.post("/control/settings", R"({"installation_created":"before_redirect"})");
    auto const response = co_await submit(fixture, "organization=empire-state&action=install");
    BOOST_TEST(response.status == 302);
    auto const query = query_of(response);
    auto const code = sandbox::form_value(query, "code");
    BOOST_TEST(code.size() == 64u);
    BOOST_TEST(sandbox::form_value(query, "orgSlug") == "empire-state");
    auto const id = sandbox::form_value(query, "installationId");
    BOOST_TEST(uuid::parse(id).has_value());

    BOOST_REQUIRE(fixture.app.requests.size() == 1u);
    auto const& webhook = fixture.app.requests.front();
    BOOST_TEST(webhook.headers.find("Sentry-Hook-Resource").value() == "installation");
    auto const body = parse(webhook.body);
    BOOST_TEST(text_at(body, {"action"}) == "created");
    BOOST_TEST(text_at(body, {"data", "installation", "code"}) == code);
    BOOST_TEST(text_at(body, {"data", "installation", "status"}) == "pending");
    BOOST_TEST(text_at(body, {"data", "installation", "organization", "slug"}) == "empire-state");
    BOOST_TEST(text_at(body, {"installation", "uuid"}) == id);
}

SANDBOX_TEST(the_installation_webhook_can_be_sent_later) {
    co_await fixture.post("/control/settings", R"({"installation_created":"never"})");
    auto const id = sandbox::form_value(
        query_of(co_await submit(fixture, "organization=northwind&action=install")), "installationId"
    );
    BOOST_TEST(fixture.app.requests.empty());
    auto const response = co_await fixture.post("/control/installations/" + id + "/created", "{}");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(fixture.app.requests.size() == 1u);
}

SANDBOX_TEST(the_next_installation_gets_the_given_uuid) {
    co_await fixture.post("/control/next-installation", R"({"uuid":"7a485448-0000-4000-8000-000000000001"})");
    auto const first = query_of(co_await submit(fixture, "organization=northwind&action=install"));
    BOOST_TEST(sandbox::form_value(first, "installationId") == "7a485448-0000-4000-8000-000000000001");
    auto const second = query_of(co_await submit(fixture, "organization=empire-state&action=install"));
    BOOST_TEST(sandbox::form_value(second, "installationId") != "7a485448-0000-4000-8000-000000000001");
}

SANDBOX_TEST(a_second_installation_is_refused) {
    co_await submit(fixture, "organization=northwind&action=install");
    auto const again = co_await submit(fixture, "organization=northwind&action=install");
    BOOST_TEST(again.status == 409);
    BOOST_TEST(again.body.find("already installed for Northwind Traders") != std::string::npos);
}

SANDBOX_TEST(cancelling_installs_nothing) {
    auto const response = co_await submit(fixture, "organization=northwind&action=cancel");
    BOOST_TEST(response.status == 200);
    auto const state = parse((co_await fixture.get("/control/state")).body);
    BOOST_TEST(state.root().find("installations")->size() == 0u);
}

SANDBOX_TEST(an_installation_needs_an_organization) {
    BOOST_TEST((co_await submit(fixture, "action=install")).status == 400);
}

SANDBOX_TEST(pages_and_assets_are_served) {
    BOOST_TEST((co_await fixture.get("/")).status == 200);
    BOOST_TEST((co_await fixture.get("/sandbox.css")).status == 200);
    BOOST_TEST(
        (co_await fixture.get("/sandbox.js")).headers.find("Content-Type").value() ==
        "text/javascript; charset=utf-8"
    );
    BOOST_TEST((co_await fixture.get("/nowhere")).status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
