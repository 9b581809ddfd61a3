#include "oauth_lab.hpp"

#include <tocsin/base/encoding.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* token_endpoint = "/oauth/token/";
constexpr char const* organizations = "/api/0/organizations/";

std::string basic(std::string_view pair) {
    return "Basic " + to_base64(as_bytes(pair));
}

void check_error(http::answer const& got, int status, std::string_view name) {
    BOOST_TEST(got.status == status);
    BOOST_TEST(got.body == object({{"error", name}}));
    BOOST_TEST(got.headers.find("WWW-Authenticate").has_value() == (status == 401));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(oauth_token)

LAB_TEST(a_code_becomes_tokens_once) {
    auto const code = co_await approved_code(here);
    auto const got = co_await here.post_form(token_endpoint, code_form(code));
    BOOST_TEST(got.status == 200);
    BOOST_TEST(got.headers.find("Cache-Control")->find("no-store") != std::string_view::npos);
    auto const body = parsed(got.body);
    BOOST_TEST(at(body, {"access_token"}).size() == 64u);
    BOOST_TEST(at(body, {"refresh_token"}).size() == 64u);
    BOOST_TEST(at(body, {"expires_in"}) == "2591999");
    BOOST_TEST(at(body, {"expires_at"}) == "2026-04-01T09:14:05.120000Z");
    BOOST_TEST(at(body, {"token_type"}) == "Bearer");
    BOOST_TEST(at(body, {"scope"}) == "org:read project:read event:read");
    BOOST_TEST(body.root().at({"user", "id"})->as_string().value() == "1");
    BOOST_TEST(!body.root().find("organization_id"));
    check_error(co_await here.post_form(token_endpoint, code_form(code)), 400, "invalid_grant");
}

LAB_TEST(basic_credentials_will_do) {
    auto const code = co_await approved_code(here);
    auto const form = changed(code_form(code), {{"client_id", ""}, {"client_secret", ""}});
    auto const good = basic(std::string(fake_oauth_client_id) + ":" + fake_oauth_secret);
    check_error(
        co_await here.post_form(token_endpoint, code_form(code), {{"Authorization", good}}),
        400,
        "invalid_request"
    );
    for (auto const& header :
         {std::string("Basic !!"), basic("no colon"), basic("nobody:x"), "Basic " + std::string(4100, 'A')})
        check_error(
            co_await here.post_form(token_endpoint, form, {{"Authorization", header}}), 401, "invalid_client"
        );
    auto const got = co_await here.post_form(token_endpoint, form, {{"Authorization", good}});
    BOOST_TEST(got.status == 200);
}

LAB_TEST(refusals_that_burn_nothing) {
    auto const code = co_await approved_code(here);
    co_await here.post("/control/oauth", R"({"client_id":"fake-other-id","client_secret":"fake-other"})");
    struct row {
        pairs with;
        int status;
        char const* error;
    };
    for (auto const& [with, status, error] :
         {row{{{"grant_type", ""}}, 400, "invalid_request"},
          {{{"grant_type", "password"}}, 400, "unsupported_grant_type"},
          {{{"client_id", ""}}, 401, "invalid_client"},
          {{{"client_id", "nobody"}}, 401, "invalid_client"},
          {{{"client_secret", ""}}, 401, "invalid_client"},
          {{{"client_secret", "wrong"}}, 401, "invalid_client"},
          {{{"client_id", "fake-other-id"}, {"client_secret", "fake-other"}}, 400, "invalid_grant"},
          {{{"code", std::string(64, '0')}}, 400, "invalid_grant"}}) {
        BOOST_TEST_CONTEXT(with.front().first << "=" << with.front().second)
        check_error(co_await here.post_form(token_endpoint, changed(code_form(code), with)), status, error);
    }
    check_error(
        co_await here.post(token_endpoint, R"({"grant_type":"refresh_token"})"), 400, "invalid_request"
    );
    BOOST_TEST((co_await here.get(token_endpoint)).status == 405);
    BOOST_TEST((co_await here.post_form("/oauth/token", code_form(code))).status == 404);
    auto const state = parsed((co_await here.get("/control/state")).body);
    BOOST_TEST(at(state, {"token_calls", "oauth_authorization_code", "401"}) == "4");
    BOOST_TEST(at(state, {"token_calls", "oauth_authorization_code", "400"}) == "2");
    BOOST_TEST(at(state, {"token_calls", "oauth_none", "400"}) == "2");
    BOOST_TEST(at(state, {"token_calls", "oauth_other", "400"}) == "1");
    BOOST_TEST((co_await here.post_form(token_endpoint, code_form(code))).status == 200);
}

LAB_TEST(failures_that_burn_the_code) {
    struct row {
        char const* why;
        pairs with;
        std::chrono::seconds later;
    };
    for (auto const& [why, with, later] :
         {row{"no redirect uri", {{"redirect_uri", ""}}, {}},
          {"not the same text", {{"redirect_uri", "https://tocsin.example/./oauth/sentry/callback"}}, {}},
          {"no verifier", {{"code_verifier", ""}}, {}},
          {"another verifier", {{"code_verifier", std::string(43, 'a')}}, {}},
          {"expired", {}, std::chrono::minutes(10)}}) {
        BOOST_TEST_CONTEXT(why) {
            auto const code = co_await approved_code(here);
            here.time.advance(later);
            auto const form = changed(code_form(code), with);
            check_error(co_await here.post_form(token_endpoint, form), 400, "invalid_grant");
            check_error(co_await here.post_form(token_endpoint, code_form(code)), 400, "invalid_grant");
        }
    }
    auto const code = co_await approved_code(here);
    co_await here.post("/control/oauth", R"({"active":false})");
    check_error(co_await here.post_form(token_endpoint, code_form(code)), 400, "invalid_grant");
    co_await here.post("/control/oauth", R"({"active":true})");
    check_error(co_await here.post_form(token_endpoint, code_form(code)), 400, "invalid_grant");
}

LAB_TEST(pkce_is_optional_and_may_be_ignored) {
    pairs const without{{"code_challenge", ""}, {"code_challenge_method", ""}};
    auto const plain = co_await approved_code(here, changed(authorize_request(), without));
    BOOST_TEST((co_await here.post_form(token_endpoint, code_form(plain))).status == 200);
    co_await here.post("/control/oauth", R"({"pkce":"ignore"})");
    auto const code = co_await approved_code(here);
    auto const form = changed(code_form(code), {{"code_verifier", std::string(43, 'a')}});
    BOOST_TEST((co_await here.post_form(token_endpoint, form)).status == 200);
}

LAB_TEST(refreshing_kills_both_old_values) {
    auto const old = co_await oauth_connected(here);
    here.time.advance(std::chrono::days(45));  // expired, and not yet cleaned up
    auto const now = pair_of(co_await here.post_form(token_endpoint, refresh_form(old.refresh_token)));
    BOOST_TEST(now.refresh_token != old.refresh_token);
    BOOST_TEST((co_await here.get(organizations, now.token)).status == 200);
    BOOST_TEST((co_await here.get(organizations, old.token)).body == R"({"detail":"Invalid token"})");
    check_error(
        co_await here.post_form(token_endpoint, refresh_form(old.refresh_token)), 400, "invalid_grant"
    );
    auto const state = parsed((co_await here.get("/control/state")).body);
    auto const rows = state.root().at({"oauth", "tokens"});
    BOOST_REQUIRE(rows->size() == 2u);
    for (auto const& [row, alive] : {std::pair(0u, false), {1u, true}}) {
        BOOST_TEST(rows->element(row).find("alive")->as_bool().value() == alive);
        BOOST_TEST(rows->element(row).find("refresh_alive")->as_bool().value() == alive);
    }
    BOOST_TEST(at(state, {"token_calls", "oauth_refresh_token", "200"}) == "1");
}

LAB_TEST(what_refreshing_refuses) {
    auto const it = co_await oauth_connected(here);
    auto const form = refresh_form(it.refresh_token);
    check_error(
        co_await here.post_form(token_endpoint, changed(form, {{"scope", "org:read"}})),
        400,
        "invalid_request"
    );
    check_error(
        co_await here.post_form(token_endpoint, changed(form, {{"refresh_token", ""}})),
        400,
        "invalid_request"
    );
    check_error(co_await here.post_form(token_endpoint, refresh_form(it.token)), 400, "invalid_grant");
    here.time.advance(std::chrono::days(60));  // cleaned up
    check_error(co_await here.post_form(token_endpoint, form), 400, "invalid_grant");
}

LAB_TEST(the_old_refresh_token_may_be_kept) {
    co_await here.post("/control/oauth", R"({"refresh":"keep"})");
    auto const old = co_await oauth_connected(here);
    for (int i = 0; i < 2; ++i) {
        auto const got = co_await here.post_form(token_endpoint, refresh_form(old.refresh_token));
        BOOST_TEST(got.status == 200);
        BOOST_TEST(!parsed(got.body).root().find("refresh_token"));
    }
    BOOST_TEST((co_await here.get(organizations, old.token)).status == 401);
}

LAB_TEST(a_family_dies_where_a_refresh_token_comes_twice) {
    co_await here.post("/control/oauth", R"({"refresh":"family","confidential":false})");
    auto const first = co_await oauth_connected(here);
    auto const form = changed(refresh_form(first.refresh_token), {{"client_secret", ""}});
    auto const second = pair_of(co_await here.post_form(token_endpoint, form));
    BOOST_TEST((co_await here.get(organizations, first.token)).status == 200);
    BOOST_TEST((co_await here.get(organizations, second.token)).status == 200);
    check_error(co_await here.post_form(token_endpoint, form), 400, "invalid_grant");
    BOOST_TEST((co_await here.get(organizations, second.token)).status == 401);
    check_error(
        co_await here.post_form(token_endpoint, refresh_form(second.refresh_token)), 400, "invalid_grant"
    );
}

LAB_TEST(a_lost_answer_has_refreshed) {
    auto const it = co_await oauth_connected(here);
    co_await here.post("/control/faults", R"({"match":"oauth_token","kind":"lost_answer"})");
    auto const lost = co_await here.exchange(
        http::method::post,
        token_endpoint,
        http::form_encoded(refresh_form(it.refresh_token)),
        {{"Content-Type", "application/x-www-form-urlencoded"}}
    );
    BOOST_TEST(!lost.has_value());
    BOOST_TEST((co_await here.get(organizations, it.token)).status == 401);
    check_error(
        co_await here.post_form(token_endpoint, refresh_form(it.refresh_token)), 400, "invalid_grant"
    );
}

LAB_TEST(revoking) {
    auto const good = [](std::string token) {
        return pairs{
            {"token", std::move(token)},
            {"client_id", fake_oauth_client_id},
            {"client_secret", fake_oauth_secret},
        };
    };
    struct row {
        pairs with;
        int status;
        char const* error;
    };
    for (auto const& [with, status, error] :
         {row{{{"client_id", ""}}, 400, "invalid_client"},
          {{{"client_secret", ""}}, 400, "invalid_client"},
          {{{"token", ""}}, 400, "invalid_request"},
          {{{"token_type_hint", "id_token"}}, 400, "unsupported_token_type"},
          {{{"client_secret", "wrong"}}, 401, "invalid_credentials"}}) {
        BOOST_TEST_CONTEXT(error) {
            auto const got = co_await here.post_form("/oauth/revoke/", changed(good("x"), with));
            BOOST_TEST(got.status == status);
            BOOST_TEST(at(parsed(got.body), {"error"}) == error);
            BOOST_TEST(!at(parsed(got.body), {"error_description"}).empty());
        }
    }
    for (bool const by_refresh_token : {false, true}) {
        auto const it = co_await oauth_connected(here);
        auto const got =
            co_await here.post_form("/oauth/revoke/", good(by_refresh_token ? it.refresh_token : it.token));
        BOOST_TEST(got.status == 200);
        BOOST_TEST(got.body.empty());
        BOOST_TEST((co_await here.get(organizations, it.token)).status == 401);
        check_error(
            co_await here.post_form(token_endpoint, refresh_form(it.refresh_token)), 400, "invalid_grant"
        );
    }
    BOOST_TEST((co_await here.post_form("/oauth/revoke/", good("unknown"))).status == 200);
}

LAB_TEST(a_users_token_sees_the_users_organizations) {
    auto const it = co_await oauth_connected(here);
    BOOST_TEST(parsed((co_await here.get(organizations, it.token)).body).root().size() == 2u);
    for (auto const* const path :
         {"/api/0/organizations/empire-state/",
          "/api/0/organizations/northwind/projects/",
          "/api/0/organizations/northwind/issues/",
          "/api/0/organizations/northwind/issues/CHECKOUT-1/",
          "/api/0/issues/DISPATCH-1/",
          "/api/0/organizations/northwind/sentry-app-installations/"})
        BOOST_TEST_CONTEXT(path) BOOST_TEST((co_await here.get(path, it.token)).status == 200);
    BOOST_TEST(
        (co_await here.get("/api/0/organizations/empire-state/issues/CHECKOUT-1/", it.token)).status == 404
    );
    BOOST_TEST(
        (co_await here.put("/api/0/issues/CHECKOUT-1/", R"({"status":"resolved"})", it.token)).status == 403
    );
    co_await here.post("/control/oauth", R"({"user_organizations":["northwind"]})");
    BOOST_TEST(parsed((co_await here.get(organizations, it.token)).body).root().size() == 1u);
    BOOST_TEST((co_await here.get("/api/0/organizations/empire-state/", it.token)).status == 403);
    BOOST_TEST((co_await here.get("/api/0/issues/DISPATCH-1/", it.token)).status == 404);
    here.time.advance(std::chrono::days(30));
    BOOST_TEST((co_await here.get(organizations, it.token)).body == R"({"detail":"Token expired"})");
}

LAB_TEST(a_token_lives_as_long_as_asked_for) {
    co_await here.post("/control/oauth", R"({"token_lifetime_seconds":60})");
    auto const it = co_await oauth_connected(here);
    here.time.advance(std::chrono::seconds(59));
    BOOST_TEST((co_await here.get(organizations, it.token)).status == 200);
    here.time.advance(std::chrono::seconds(1));
    BOOST_TEST((co_await here.get(organizations, it.token)).status == 401);
}

LAB_TEST(the_user_takes_it_back) {
    auto const it = co_await oauth_connected(here);
    BOOST_TEST((co_await here.remove("/control/oauth/tokens/7")).status == 404);
    auto const state = parsed((co_await here.get("/control/state")).body);
    auto const id =
        std::string(state.root().at({"oauth", "tokens"})->element(0).find("id")->as_string().value());
    BOOST_TEST((co_await here.remove("/control/oauth/tokens/" + id)).status == 200);
    BOOST_TEST((co_await here.get(organizations, it.token)).status == 401);
    auto const other = co_await oauth_connected(here);
    BOOST_TEST((co_await here.remove("/control/oauth/tokens")).status == 200);
    BOOST_TEST((co_await here.get(organizations, other.token)).status == 401);
}

BOOST_AUTO_TEST_SUITE_END()
