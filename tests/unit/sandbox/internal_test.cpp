#include "sandbox_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace tocsin;
using namespace tocsin::test;

namespace {

struct integration {
    std::string uuid;
    std::string token;
    std::string client_secret;
    std::string slug;
};

async::task<integration> create(sandbox_fixture& fixture, std::string members = {}) {
    auto const response = co_await fixture.post(
        "/control/internal-integrations",
        R"({"organization":"northwind","webhook_url":")" + fixture.app.url() + "\"" + members + "}"
    );
    BOOST_TEST(response.status == 201);
    auto const body = parse(response.body);
    co_return integration{
        text_at(body, {"uuid"}),
        text_at(body, {"token"}),
        text_at(body, {"client_secret"}),
        text_at(body, {"slug"})
    };
}

std::string resource_of(http::request const& webhook) {
    return std::string(webhook.headers.find("Sentry-Hook-Resource").value_or(""));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(internal)

SANDBOX_TEST(an_internal_integration_is_installed_at_once_with_a_permanent_token) {
    auto const integration = co_await create(fixture);
    BOOST_TEST(fixture.app.requests.empty());  // no installation.created
    fixture.time.advance(std::chrono::days(5000));
    auto const list = parse((co_await fixture.get("/api/0/organizations/", integration.token)).body);
    BOOST_TEST(list.root().size() == 1u);
    auto const own = parse(
        (co_await fixture.get("/api/0/sentry-app-installations/" + integration.uuid + "/", integration.token))
            .body
    );
    BOOST_TEST(text_at(own, {"status"}) == "installed");
    BOOST_TEST((co_await fixture.get("/api/0/organizations/empire-state/", integration.token)).status == 403);
    BOOST_TEST(
        (co_await fixture.get("/sentry-apps/" + integration.slug + "/external-install/")).status == 404
    );
}

SANDBOX_TEST(the_given_values_are_used) {
    auto const integration = co_await create(
        fixture,
        R"(,"name":"Mine","slug":"mine","token":"fake-token","client_secret":"fake-own","scopes":["org:read"])"
    );
    BOOST_TEST(integration.token == "fake-token");
    BOOST_TEST(integration.client_secret == "fake-own");
    BOOST_TEST(integration.slug == "mine");
    BOOST_TEST(
        (co_await fixture.get("/api/0/organizations/northwind/issues/", integration.token)).status == 403
    );
    auto const shown =
        parse((co_await fixture.get("/control/internal-integrations/" + integration.uuid)).body);
    BOOST_TEST(text_at(shown, {"token"}) == "fake-token");
    BOOST_TEST(text_at(shown, {"name"}) == "Mine");
    BOOST_TEST(
        (co_await fixture.post(
             "/control/internal-integrations", R"({"organization":"northwind","slug":"mine"})"
         ))
            .status == 409
    );
    BOOST_TEST((co_await fixture.post("/control/internal-integrations", "{}")).status == 400);
    BOOST_TEST(
        (co_await fixture.post("/control/internal-integrations", R"({"organization":"nowhere"})")).status ==
        404
    );
}

SANDBOX_TEST(its_webhooks_are_signed_with_its_own_secret) {
    auto const integration = co_await create(fixture);
    co_await fixture.post("/control/organizations/northwind/issues", R"({"project":"checkout"})");
    co_await fixture.post("/control/organizations/empire-state/issues", R"({"project":"dispatch"})");
    BOOST_REQUIRE(fixture.app.requests.size() == 1u);
    auto const& webhook = fixture.app.requests.front();
    BOOST_TEST(resource_of(webhook) == "issue");
    BOOST_TEST(text_at(parse(webhook.body), {"installation", "uuid"}) == integration.uuid);
    BOOST_TEST(
        webhook.headers.find("Sentry-Hook-Signature").value() ==
        signature_of(webhook.body, integration.client_secret)
    );
    co_await fixture.post("/control/issues/CHECKOUT-1/events", "{}");
    BOOST_TEST(resource_of(fixture.app.requests.back()) == "event_alert");
}

SANDBOX_TEST(internal_and_public_integrations_both_get_webhooks) {
    co_await fixture.connect_installed("northwind");
    auto const integration = co_await create(fixture, R"(,"subscriptions":["issue"])");
    fixture.app.requests.clear();
    co_await fixture.post("/control/issues/CHECKOUT-1/resolve", "{}");
    BOOST_TEST(fixture.app.requests.size() == 2u);
    co_await fixture.post("/control/issues/CHECKOUT-1/comments", "{}");
    BOOST_TEST(fixture.app.requests.size() == 3u);
}

SANDBOX_TEST(its_webhooks_are_not_retried) {
    co_await create(fixture);
    co_await fixture.post("/control/settings", R"({"published":true,"retry_delay_ms":1})");
    fixture.app.responses.push_back(http::response::text(500, "no"));
    co_await fixture.post("/control/issues/CHECKOUT-1/resolve", "{}");
    BOOST_TEST(fixture.app.requests.size() == 1u);
}

SANDBOX_TEST(its_webhook_url_can_be_changed) {
    auto const integration = co_await create(fixture);
    co_await fixture.post("/control/settings", json_object({{"app", integration.slug}, {"webhook_url", ""}}));
    co_await fixture.post("/control/issues/CHECKOUT-1/resolve", "{}");
    BOOST_TEST(fixture.app.requests.empty());
    co_await fixture.post(
        "/control/settings", json_object({{"app", integration.slug}, {"webhook_url", fixture.app.url()}})
    );
    co_await fixture.post("/control/issues/CHECKOUT-1/unresolve", "{}");
    BOOST_TEST(fixture.app.requests.size() == 1u);
}

SANDBOX_TEST(its_token_can_be_deleted_and_replaced) {
    auto const integration = co_await create(fixture);
    BOOST_TEST(
        (co_await fixture.remove("/control/installations/" + integration.uuid + "/token")).status == 200
    );
    BOOST_TEST(
        (co_await fixture.get("/api/0/organizations/", integration.token)).body ==
        R"({"detail":"Invalid token"})"
    );
    auto const created =
        co_await fixture.post("/control/internal-integrations/" + integration.uuid + "/token", "{}");
    BOOST_TEST(created.status == 201);
    auto const token = text_at(parse(created.body), {"token"});
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", token)).status == 200);
}

SANDBOX_TEST(it_cannot_use_token_grants) {
    auto const integration = co_await create(fixture);
    auto const shown =
        parse((co_await fixture.get("/control/internal-integrations/" + integration.uuid)).body);
    auto const body = json_object(
        {{"grant_type", "refresh_token"},
         {"client_id", text_at(shown, {"client_id"})},
         {"client_secret", integration.client_secret},
         {"refresh_token", integration.token}}
    );
    BOOST_TEST((co_await fixture.post(fixture.token_path(integration.uuid), body)).status == 401);
}

SANDBOX_TEST(deleting_it_sends_no_webhook) {
    auto const integration = co_await create(fixture, R"(,"slug":"mine")");
    BOOST_TEST((co_await fixture.remove("/control/installations/" + integration.uuid)).status == 200);
    BOOST_TEST(fixture.app.requests.empty());
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", integration.token)).status == 401);
    co_await create(fixture, R"(,"slug":"mine")");
    BOOST_TEST((co_await fixture.get("/control/internal-integrations/" + integration.uuid)).status == 404);
}

SANDBOX_TEST(the_state_contains_no_token) {
    auto const integration = co_await create(fixture);
    auto const state = (co_await fixture.get("/control/state")).body;
    BOOST_TEST(state.find(integration.token) == std::string::npos);
    BOOST_TEST(state.find(integration.client_secret) == std::string::npos);
    BOOST_TEST(state.find("\"internal\":true") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
