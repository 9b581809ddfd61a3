#include "lab.hpp"

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

async::task<integration> create(lab& here, std::string members = {}) {
    auto const got = co_await here.post(
        "/control/internal-integrations",
        R"({"organization":"northwind","webhook_url":")" + here.app.url() + "\"" + members + "}"
    );
    BOOST_TEST(got.status == 201);
    auto const body = parsed(got.body);
    co_return integration{
        at(body, {"uuid"}), at(body, {"token"}), at(body, {"client_secret"}), at(body, {"slug"})
    };
}

std::string resource_of(http::request const& hook) {
    return std::string(hook.headers.find("Sentry-Hook-Resource").value_or(""));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(internal)

LAB_TEST(it_is_installed_at_once_and_lasts) {
    auto const it = co_await create(here);
    BOOST_TEST(here.app.got.empty());  // no installation.created
    here.time.advance(std::chrono::days(5000));
    auto const list = parsed((co_await here.get("/api/0/organizations/", it.token)).body);
    BOOST_TEST(list.root().size() == 1u);
    auto const own =
        parsed((co_await here.get("/api/0/sentry-app-installations/" + it.uuid + "/", it.token)).body);
    BOOST_TEST(at(own, {"status"}) == "installed");
    BOOST_TEST((co_await here.get("/api/0/organizations/empire-state/", it.token)).status == 403);
    BOOST_TEST((co_await here.get("/sentry-apps/" + it.slug + "/external-install/")).status == 404);
}

LAB_TEST(what_is_given_is_taken) {
    auto const it = co_await create(
        here,
        R"(,"name":"Mine","slug":"mine","token":"fake-token","client_secret":"fake-own","scopes":["org:read"])"
    );
    BOOST_TEST(it.token == "fake-token");
    BOOST_TEST(it.client_secret == "fake-own");
    BOOST_TEST(it.slug == "mine");
    BOOST_TEST((co_await here.get("/api/0/organizations/northwind/issues/", it.token)).status == 403);
    auto const shown = parsed((co_await here.get("/control/internal-integrations/" + it.uuid)).body);
    BOOST_TEST(at(shown, {"token"}) == "fake-token");
    BOOST_TEST(at(shown, {"name"}) == "Mine");
    BOOST_TEST(
        (co_await here.post("/control/internal-integrations", R"({"organization":"northwind","slug":"mine"})")
        )
            .status == 409
    );
    BOOST_TEST((co_await here.post("/control/internal-integrations", "{}")).status == 400);
    BOOST_TEST(
        (co_await here.post("/control/internal-integrations", R"({"organization":"nowhere"})")).status == 404
    );
}

LAB_TEST(its_webhooks_are_signed_with_its_own_secret) {
    auto const it = co_await create(here);
    co_await here.post("/control/organizations/northwind/issues", R"({"project":"checkout"})");
    co_await here.post("/control/organizations/empire-state/issues", R"({"project":"dispatch"})");
    BOOST_REQUIRE(here.app.got.size() == 1u);
    auto const& hook = here.app.got.front();
    BOOST_TEST(resource_of(hook) == "issue");
    BOOST_TEST(at(parsed(hook.body), {"installation", "uuid"}) == it.uuid);
    BOOST_TEST(
        hook.headers.find("Sentry-Hook-Signature").value() == signature_of(hook.body, it.client_secret)
    );
    co_await here.post("/control/issues/CHECKOUT-1/events", "{}");
    BOOST_TEST(resource_of(here.app.got.back()) == "event_alert");
}

LAB_TEST(it_hears_beside_the_public_integration) {
    co_await here.connect_installed("northwind");
    auto const it = co_await create(here, R"(,"subscriptions":["issue"])");
    here.app.got.clear();
    co_await here.post("/control/issues/CHECKOUT-1/resolve", "{}");
    BOOST_TEST(here.app.got.size() == 2u);
    co_await here.post("/control/issues/CHECKOUT-1/comments", "{}");
    BOOST_TEST(here.app.got.size() == 3u);
}

LAB_TEST(its_webhooks_are_never_retried) {
    co_await create(here);
    co_await here.post("/control/settings", R"({"published":true,"retry_delay_ms":1})");
    here.app.answers.push_back(http::response::text(500, "no"));
    co_await here.post("/control/issues/CHECKOUT-1/resolve", "{}");
    BOOST_TEST(here.app.got.size() == 1u);
}

LAB_TEST(its_webhook_url_may_change) {
    auto const it = co_await create(here);
    co_await here.post("/control/settings", object({{"app", it.slug}, {"webhook_url", ""}}));
    co_await here.post("/control/issues/CHECKOUT-1/resolve", "{}");
    BOOST_TEST(here.app.got.empty());
    co_await here.post("/control/settings", object({{"app", it.slug}, {"webhook_url", here.app.url()}}));
    co_await here.post("/control/issues/CHECKOUT-1/unresolve", "{}");
    BOOST_TEST(here.app.got.size() == 1u);
}

LAB_TEST(its_token_may_be_deleted_and_made_anew) {
    auto const it = co_await create(here);
    BOOST_TEST((co_await here.remove("/control/installations/" + it.uuid + "/token")).status == 200);
    BOOST_TEST(
        (co_await here.get("/api/0/organizations/", it.token)).body == R"({"detail":"Invalid token"})"
    );
    auto const made = co_await here.post("/control/internal-integrations/" + it.uuid + "/token", "{}");
    BOOST_TEST(made.status == 201);
    auto const token = at(parsed(made.body), {"token"});
    BOOST_TEST((co_await here.get("/api/0/organizations/", token)).status == 200);
}

LAB_TEST(it_has_no_grants) {
    auto const it = co_await create(here);
    auto const shown = parsed((co_await here.get("/control/internal-integrations/" + it.uuid)).body);
    auto const body = object(
        {{"grant_type", "refresh_token"},
         {"client_id", at(shown, {"client_id"})},
         {"client_secret", it.client_secret},
         {"refresh_token", it.token}}
    );
    BOOST_TEST((co_await here.post(here.token_path(it.uuid), body)).status == 401);
}

LAB_TEST(deleting_it_says_nothing) {
    auto const it = co_await create(here, R"(,"slug":"mine")");
    BOOST_TEST((co_await here.remove("/control/installations/" + it.uuid)).status == 200);
    BOOST_TEST(here.app.got.empty());
    BOOST_TEST((co_await here.get("/api/0/organizations/", it.token)).status == 401);
    co_await create(here, R"(,"slug":"mine")");
    BOOST_TEST((co_await here.get("/control/internal-integrations/" + it.uuid)).status == 404);
}

LAB_TEST(the_state_shows_no_token) {
    auto const it = co_await create(here);
    auto const state = (co_await here.get("/control/state")).body;
    BOOST_TEST(state.find(it.token) == std::string::npos);
    BOOST_TEST(state.find(it.client_secret) == std::string::npos);
    BOOST_TEST(state.find("\"internal\":true") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
