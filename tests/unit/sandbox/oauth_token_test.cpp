#include "oauth_fixture.hpp"

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

void check_error(http::client_response const& response, int status, std::string_view name) {
    BOOST_TEST(response.status == status);
    BOOST_TEST(response.body == json_object({{"error", name}}));
    BOOST_TEST(response.headers.find("WWW-Authenticate").has_value() == (status == 401));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(oauth_token)

SANDBOX_TEST(a_code_can_be_exchanged_once) {
    auto const code = co_await approve(fixture);
    auto const response = co_await fixture.post_form(token_endpoint, code_form(code));
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.headers.find("Cache-Control")->find("no-store") != std::string_view::npos);
    auto const body = parse(response.body);
    BOOST_TEST(text_at(body, {"access_token"}).size() == 64u);
    BOOST_TEST(text_at(body, {"refresh_token"}).size() == 64u);
    BOOST_TEST(text_at(body, {"expires_in"}) == "2591999");
    BOOST_TEST(text_at(body, {"expires_at"}) == "2026-04-01T09:14:05.120000Z");
    BOOST_TEST(text_at(body, {"token_type"}) == "Bearer");
    BOOST_TEST(text_at(body, {"scope"}) == "org:read project:read event:read");
    BOOST_TEST(body.root().at({"user", "id"})->as_string().value() == "1");
    BOOST_TEST(!body.root().find("organization_id"));
    check_error(co_await fixture.post_form(token_endpoint, code_form(code)), 400, "invalid_grant");
}

SANDBOX_TEST(basic_credentials_are_accepted) {
    auto const code = co_await approve(fixture);
    auto const form = changed(code_form(code), {{"client_id", ""}, {"client_secret", ""}});
    auto const valid = basic(std::string(fake_oauth_client_id) + ":" + fake_oauth_secret);
    check_error(
        co_await fixture.post_form(token_endpoint, code_form(code), {{"Authorization", valid}}),
        400,
        "invalid_request"
    );
    for (auto const& header :
         {std::string("Basic !!"), basic("no colon"), basic("nobody:x"), "Basic " + std::string(4100, 'A')})
        check_error(
            co_await fixture.post_form(token_endpoint, form, {{"Authorization", header}}),
            401,
            "invalid_client"
        );
    auto const response = co_await fixture.post_form(token_endpoint, form, {{"Authorization", valid}});
    BOOST_TEST(response.status == 200);
}

SANDBOX_TEST(refusals_that_keep_the_code) {
    auto const code = co_await approve(fixture);
    co_await fixture.post("/control/oauth", R"({"client_id":"fake-other-id","client_secret":"fake-other"})");
    struct row {
        pairs changes;
        int status;
        char const* error;
    };
    for (auto const& [changes, status, error] :
         {row{{{"grant_type", ""}}, 400, "invalid_request"},
          {{{"grant_type", "password"}}, 400, "unsupported_grant_type"},
          {{{"client_id", ""}}, 401, "invalid_client"},
          {{{"client_id", "nobody"}}, 401, "invalid_client"},
          {{{"client_secret", ""}}, 401, "invalid_client"},
          {{{"client_secret", "wrong"}}, 401, "invalid_client"},
          {{{"client_id", "fake-other-id"}, {"client_secret", "fake-other"}}, 400, "invalid_grant"},
          {{{"code", std::string(64, '0')}}, 400, "invalid_grant"}}) {
        BOOST_TEST_CONTEXT(changes.front().first << "=" << changes.front().second)
        check_error(
            co_await fixture.post_form(token_endpoint, changed(code_form(code), changes)), status, error
        );
    }
    check_error(
        co_await fixture.post(token_endpoint, R"({"grant_type":"refresh_token"})"), 400, "invalid_request"
    );
    BOOST_TEST((co_await fixture.get(token_endpoint)).status == 405);
    BOOST_TEST((co_await fixture.post_form("/oauth/token", code_form(code))).status == 404);
    auto const state = parse((co_await fixture.get("/control/state")).body);
    BOOST_TEST(text_at(state, {"token_calls", "oauth_authorization_code", "401"}) == "4");
    BOOST_TEST(text_at(state, {"token_calls", "oauth_authorization_code", "400"}) == "2");
    BOOST_TEST(text_at(state, {"token_calls", "oauth_none", "400"}) == "2");
    BOOST_TEST(text_at(state, {"token_calls", "oauth_other", "400"}) == "1");
    BOOST_TEST((co_await fixture.post_form(token_endpoint, code_form(code))).status == 200);
}

SANDBOX_TEST(failures_that_use_up_the_code) {
    struct row {
        char const* name;
        pairs changes;
        std::chrono::seconds delay;
    };
    for (auto const& [name, changes, delay] :
         {row{"no redirect uri", {{"redirect_uri", ""}}, {}},
          {"another text", {{"redirect_uri", "https://tocsin.example/./oauth/sentry/callback"}}, {}},
          {"no verifier", {{"code_verifier", ""}}, {}},
          {"another verifier", {{"code_verifier", std::string(43, 'a')}}, {}},
          {"expired", {}, std::chrono::minutes(10)}}) {
        BOOST_TEST_CONTEXT(name) {
            auto const code = co_await approve(fixture);
            fixture.time.advance(delay);
            auto const form = changed(code_form(code), changes);
            check_error(co_await fixture.post_form(token_endpoint, form), 400, "invalid_grant");
            check_error(co_await fixture.post_form(token_endpoint, code_form(code)), 400, "invalid_grant");
        }
    }
    auto const code = co_await approve(fixture);
    co_await fixture.post("/control/oauth", R"({"active":false})");
    check_error(co_await fixture.post_form(token_endpoint, code_form(code)), 400, "invalid_grant");
    co_await fixture.post("/control/oauth", R"({"active":true})");
    check_error(co_await fixture.post_form(token_endpoint, code_form(code)), 400, "invalid_grant");
}

SANDBOX_TEST(pkce_is_optional_and_can_be_ignored) {
    pairs const without{{"code_challenge", ""}, {"code_challenge_method", ""}};
    auto const plain = co_await approve(fixture, changed(authorize_request(), without));
    BOOST_TEST((co_await fixture.post_form(token_endpoint, code_form(plain))).status == 200);
    co_await fixture.post("/control/oauth", R"({"pkce":"ignore"})");
    auto const code = co_await approve(fixture);
    auto const form = changed(code_form(code), {{"code_verifier", std::string(43, 'a')}});
    BOOST_TEST((co_await fixture.post_form(token_endpoint, form)).status == 200);
}

SANDBOX_TEST(a_refresh_invalidates_both_old_tokens) {
    auto const old = co_await connect_oauth(fixture);
    fixture.time.advance(std::chrono::days(45));  // expired, but not deleted yet
    auto const now = tokens_of(co_await fixture.post_form(token_endpoint, refresh_form(old.refresh_token)));
    BOOST_TEST(now.refresh_token != old.refresh_token);
    BOOST_TEST((co_await fixture.get(organizations, now.token)).status == 200);
    BOOST_TEST((co_await fixture.get(organizations, old.token)).body == R"({"detail":"Invalid token"})");
    check_error(
        co_await fixture.post_form(token_endpoint, refresh_form(old.refresh_token)), 400, "invalid_grant"
    );
    auto const state = parse((co_await fixture.get("/control/state")).body);
    auto const rows = state.root().at({"oauth", "tokens"});
    BOOST_REQUIRE(rows->size() == 2u);
    for (auto const& [row, alive] : {std::pair(0u, false), {1u, true}}) {
        BOOST_TEST(rows->element(row).find("alive")->as_bool().value() == alive);
        BOOST_TEST(rows->element(row).find("refresh_alive")->as_bool().value() == alive);
    }
    BOOST_TEST(text_at(state, {"token_calls", "oauth_refresh_token", "200"}) == "1");
}

SANDBOX_TEST(invalid_refreshes_are_refused) {
    auto const connected = co_await connect_oauth(fixture);
    auto const form = refresh_form(connected.refresh_token);
    check_error(
        co_await fixture.post_form(token_endpoint, changed(form, {{"scope", "org:read"}})),
        400,
        "invalid_request"
    );
    check_error(
        co_await fixture.post_form(token_endpoint, changed(form, {{"refresh_token", ""}})),
        400,
        "invalid_request"
    );
    check_error(
        co_await fixture.post_form(token_endpoint, refresh_form(connected.token)), 400, "invalid_grant"
    );
    fixture.time.advance(std::chrono::days(60));  // deleted
    check_error(co_await fixture.post_form(token_endpoint, form), 400, "invalid_grant");
}

SANDBOX_TEST(the_refresh_token_can_stay_valid) {
    co_await fixture.post("/control/oauth", R"({"refresh":"keep"})");
    auto const old = co_await connect_oauth(fixture);
    for (int i = 0; i < 2; ++i) {
        auto const response = co_await fixture.post_form(token_endpoint, refresh_form(old.refresh_token));
        BOOST_TEST(response.status == 200);
        BOOST_TEST(!parse(response.body).root().find("refresh_token"));
    }
    BOOST_TEST((co_await fixture.get(organizations, old.token)).status == 401);
}

SANDBOX_TEST(reusing_a_refresh_token_removes_its_family) {
    co_await fixture.post("/control/oauth", R"({"refresh":"family","confidential":false})");
    auto const first = co_await connect_oauth(fixture);
    auto const form = changed(refresh_form(first.refresh_token), {{"client_secret", ""}});
    auto const second = tokens_of(co_await fixture.post_form(token_endpoint, form));
    BOOST_TEST((co_await fixture.get(organizations, first.token)).status == 200);
    BOOST_TEST((co_await fixture.get(organizations, second.token)).status == 200);
    check_error(co_await fixture.post_form(token_endpoint, form), 400, "invalid_grant");
    BOOST_TEST((co_await fixture.get(organizations, second.token)).status == 401);
    check_error(
        co_await fixture.post_form(token_endpoint, refresh_form(second.refresh_token)), 400, "invalid_grant"
    );
}

SANDBOX_TEST(a_refresh_with_a_lost_response_is_processed) {
    auto const connected = co_await connect_oauth(fixture);
    co_await fixture.post("/control/faults", R"({"match":"oauth_token","kind":"lost_answer"})");
    auto const lost = co_await fixture.exchange(
        http::method::post,
        token_endpoint,
        http::form_encoded(refresh_form(connected.refresh_token)),
        {{"Content-Type", "application/x-www-form-urlencoded"}}
    );
    BOOST_TEST(!lost.has_value());
    BOOST_TEST((co_await fixture.get(organizations, connected.token)).status == 401);
    check_error(
        co_await fixture.post_form(token_endpoint, refresh_form(connected.refresh_token)),
        400,
        "invalid_grant"
    );
}

SANDBOX_TEST(a_token_can_be_revoked) {
    auto const valid_form = [](std::string token) {
        return pairs{
            {"token", std::move(token)},
            {"client_id", fake_oauth_client_id},
            {"client_secret", fake_oauth_secret},
        };
    };
    struct row {
        pairs changes;
        int status;
        char const* error;
    };
    for (auto const& [changes, status, error] :
         {row{{{"client_id", ""}}, 400, "invalid_client"},
          {{{"client_secret", ""}}, 400, "invalid_client"},
          {{{"token", ""}}, 400, "invalid_request"},
          {{{"token_type_hint", "id_token"}}, 400, "unsupported_token_type"},
          {{{"client_secret", "wrong"}}, 401, "invalid_credentials"}}) {
        BOOST_TEST_CONTEXT(error) {
            auto const response =
                co_await fixture.post_form("/oauth/revoke/", changed(valid_form("x"), changes));
            BOOST_TEST(response.status == status);
            BOOST_TEST(text_at(parse(response.body), {"error"}) == error);
            BOOST_TEST(!text_at(parse(response.body), {"error_description"}).empty());
        }
    }
    for (bool const by_refresh_token : {false, true}) {
        auto const connected = co_await connect_oauth(fixture);
        auto const response = co_await fixture.post_form(
            "/oauth/revoke/", valid_form(by_refresh_token ? connected.refresh_token : connected.token)
        );
        BOOST_TEST(response.status == 200);
        BOOST_TEST(response.body.empty());
        BOOST_TEST((co_await fixture.get(organizations, connected.token)).status == 401);
        check_error(
            co_await fixture.post_form(token_endpoint, refresh_form(connected.refresh_token)),
            400,
            "invalid_grant"
        );
    }
    BOOST_TEST((co_await fixture.post_form("/oauth/revoke/", valid_form("unknown"))).status == 200);
}

SANDBOX_TEST(a_users_token_has_access_to_the_users_organizations) {
    auto const connected = co_await connect_oauth(fixture);
    BOOST_TEST(parse((co_await fixture.get(organizations, connected.token)).body).root().size() == 2u);
    for (auto const* const path :
         {"/api/0/organizations/empire-state/",
          "/api/0/organizations/northwind/projects/",
          "/api/0/organizations/northwind/issues/",
          "/api/0/organizations/northwind/issues/CHECKOUT-1/",
          "/api/0/issues/DISPATCH-1/",
          "/api/0/organizations/northwind/sentry-app-installations/"})
        BOOST_TEST_CONTEXT(path) BOOST_TEST((co_await fixture.get(path, connected.token)).status == 200);
    BOOST_TEST(
        (co_await fixture.get("/api/0/organizations/empire-state/issues/CHECKOUT-1/", connected.token))
            .status == 404
    );
    BOOST_TEST(
        (co_await fixture.put("/api/0/issues/CHECKOUT-1/", R"({"status":"resolved"})", connected.token))
            .status == 403
    );
    co_await fixture.post("/control/oauth", R"({"user_organizations":["northwind"]})");
    BOOST_TEST(parse((co_await fixture.get(organizations, connected.token)).body).root().size() == 1u);
    BOOST_TEST((co_await fixture.get("/api/0/organizations/empire-state/", connected.token)).status == 403);
    BOOST_TEST((co_await fixture.get("/api/0/issues/DISPATCH-1/", connected.token)).status == 404);
    fixture.time.advance(std::chrono::days(30));
    BOOST_TEST(
        (co_await fixture.get(organizations, connected.token)).body == R"({"detail":"Token expired"})"
    );
}

SANDBOX_TEST(the_token_lifetime_can_be_set) {
    co_await fixture.post("/control/oauth", R"({"token_lifetime_seconds":60})");
    auto const connected = co_await connect_oauth(fixture);
    fixture.time.advance(std::chrono::seconds(59));
    BOOST_TEST((co_await fixture.get(organizations, connected.token)).status == 200);
    fixture.time.advance(std::chrono::seconds(1));
    BOOST_TEST((co_await fixture.get(organizations, connected.token)).status == 401);
}

SANDBOX_TEST(the_user_can_revoke_access) {
    auto const connected = co_await connect_oauth(fixture);
    BOOST_TEST((co_await fixture.remove("/control/oauth/tokens/7")).status == 404);
    auto const state = parse((co_await fixture.get("/control/state")).body);
    auto const id =
        std::string(state.root().at({"oauth", "tokens"})->element(0).find("id")->as_string().value());
    BOOST_TEST((co_await fixture.remove("/control/oauth/tokens/" + id)).status == 200);
    BOOST_TEST((co_await fixture.get(organizations, connected.token)).status == 401);
    auto const other = co_await connect_oauth(fixture);
    BOOST_TEST((co_await fixture.remove("/control/oauth/tokens")).status == 200);
    BOOST_TEST((co_await fixture.get(organizations, other.token)).status == 401);
}

BOOST_AUTO_TEST_SUITE_END()
