#include "sandbox_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace tocsin::test;

namespace {

std::string code_body(std::string_view code, std::string_view secret = fake_secret) {
    return json_object(
        {{"grant_type", "authorization_code"},
         {"client_id", fake_client_id},
         {"client_secret", secret},
         {"code", code}}
    );
}

std::string refresh_body(std::string_view token) {
    return json_object(
        {{"grant_type", "refresh_token"},
         {"client_id", fake_client_id},
         {"client_secret", fake_secret},
         {"refresh_token", token}}
    );
}

std::string const jwt_body = json_object({{"grant_type", "urn:sentry:params:oauth:grant-type:jwt-bearer"}});

std::int64_t unix_seconds(timestamp time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

jwt_claims valid_claims(sandbox_fixture const& fixture, std::string jti, std::int64_t lifetime = 60) {
    jwt_claims out;
    out.exp = unix_seconds(fixture.time.now()) + lifetime;
    out.jti = std::move(jti);
    return out;
}

async::task<sandbox_fixture::connection> install(sandbox_fixture& fixture, std::string organization) {
    auto const created =
        parse((co_await fixture.post("/control/installations", json_object({{"organization", organization}}))
        ).body);
    co_return sandbox_fixture::connection{text_at(created, {"uuid"}), text_at(created, {"code"}), {}, {}};
}

void check_detail(http::client_response const& response, int status, std::string_view text) {
    BOOST_TEST(response.status == status);
    BOOST_TEST(response.body == json_object({{"detail", text}}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authorizations)

SANDBOX_TEST(a_code_can_be_exchanged_once) {
    auto const connected = co_await install(fixture, "northwind");
    auto const response =
        co_await fixture.post(fixture.token_path(connected.uuid), code_body(connected.code));
    BOOST_TEST(response.status == 201);
    auto const body = parse(response.body);
    BOOST_TEST(text_at(body, {"token"}).size() == 64u);
    BOOST_TEST(text_at(body, {"refreshToken"}).size() == 64u);
    BOOST_TEST(text_at(body, {"dateCreated"}) == "2026-03-02T09:14:05.120000Z");
    BOOST_TEST(text_at(body, {"expiresAt"}) == "2026-03-02T17:14:05.120000Z");
    BOOST_TEST(body.root().find("application")->is_null());
    BOOST_TEST(body.root().find("state")->is_null());
    BOOST_TEST(body.root().find("scopes")->size() == 4u);
    check_detail(
        co_await fixture.post(fixture.token_path(connected.uuid), code_body(connected.code)),
        401,
        "Could not find grant for given code"
    );
}

SANDBOX_TEST(the_state_is_echoed) {
    auto const connected = co_await install(fixture, "northwind");
    auto body = code_body(connected.code);
    body.back() = ',';
    auto const response =
        co_await fixture.post(fixture.token_path(connected.uuid), body + R"("state":"abc"})");
    BOOST_TEST(text_at(parse(response.body), {"state"}) == "abc");
}

SANDBOX_TEST(invalid_requests_do_not_use_up_the_code) {
    auto const connected = co_await install(fixture, "northwind");
    auto const path = fixture.token_path(connected.uuid);
    check_detail(
        co_await fixture.post(path, code_body(connected.code, "wrong")),
        401,
        "Invalid Client ID / Secret pair"
    );
    check_detail(
        co_await fixture.post(path, json_object({{"grant_type", "refresh_token"}})),
        401,
        "Invalid Client ID / Secret pair"
    );
    check_detail(co_await fixture.post(path, "no json"), 401, "Invalid request");
    check_detail(co_await fixture.post(path, "[]"), 401, "Invalid request");
    auto const form = co_await fixture.exchange(
        http::method::post,
        path,
        "grant_type=authorization_code&client_id=fake-client-id",
        {{"Content-Type", "application/x-www-form-urlencoded"}}
    );
    check_detail(form.value(), 401, "Invalid request");
    auto const unknown = json_object(
        {{"grant_type", "password"}, {"client_id", fake_client_id}, {"client_secret", fake_secret}}
    );
    check_detail(co_await fixture.post(path, unknown), 403, "Invalid grant_type");
    auto const elsewhere = fixture.token_path("00000000-0000-4000-8000-000000000000");
    check_detail(
        co_await fixture.post(elsewhere, code_body(connected.code)),
        404,
        "The requested resource does not exist"
    );
    auto const counted = parse((co_await fixture.get("/control/state")).body);
    BOOST_TEST(text_at(counted, {"token_calls", "authorization_code", "401"}) == "1");
    BOOST_TEST(text_at(counted, {"token_calls", "none", "401"}) == "3");
    BOOST_TEST((co_await fixture.post(path, code_body(connected.code))).status == 201);
}

SANDBOX_TEST(missing_fields_are_listed) {
    auto const connected = co_await install(fixture, "northwind");
    auto const path = fixture.token_path(connected.uuid);
    auto const no_code = json_object(
        {{"grant_type", "authorization_code"}, {"client_id", fake_client_id}, {"client_secret", fake_secret}}
    );
    auto const first = co_await fixture.post(path, no_code);
    BOOST_TEST(first.status == 400);
    BOOST_TEST(first.body == R"({"code":["This field is required."]})");
    auto const no_token = json_object(
        {{"grant_type", "refresh_token"}, {"client_id", fake_client_id}, {"client_secret", fake_secret}}
    );
    auto const second = co_await fixture.post(path, no_token);
    BOOST_TEST(second.status == 400);
    BOOST_TEST(second.body == R"({"refresh_token":["This field is required."]})");
}

SANDBOX_TEST(unknown_foreign_and_expired_codes_are_refused) {
    auto const one = co_await install(fixture, "northwind");
    auto const two = co_await install(fixture, "empire-state");
    check_detail(
        co_await fixture.post(fixture.token_path(one.uuid), code_body("feed")),
        401,
        "Could not find grant for given code"
    );
    check_detail(
        co_await fixture.post(fixture.token_path(one.uuid), code_body(two.code)), 401, "Forbidden grant"
    );
    fixture.time.advance(std::chrono::minutes(10));
    check_detail(
        co_await fixture.post(fixture.token_path(one.uuid), code_body(one.code)),
        401,
        "Grant has already expired"
    );
}

SANDBOX_TEST(a_refresh_invalidates_the_old_tokens) {
    auto const connected = co_await fixture.connect("northwind");
    auto const response =
        co_await fixture.post(fixture.token_path(connected.uuid), refresh_body(connected.refresh_token));
    BOOST_TEST(response.status == 201);
    auto const fresh = text_at(parse(response.body), {"token"});
    BOOST_TEST(fresh != connected.token);
    check_detail(co_await fixture.get("/api/0/organizations/", connected.token), 401, "Invalid token");
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", fresh)).status == 200);
    check_detail(
        co_await fixture.post(fixture.token_path(connected.uuid), refresh_body(connected.refresh_token)),
        401,
        "Given refresh token does not exist"
    );
}

SANDBOX_TEST(credentials_of_another_app_are_refused) {
    auto const added = co_await fixture.post(
        "/control/applications",
        R"({"slug":"other","client_id":"other-id","client_secret":"fake-other-secret"})"
    );
    BOOST_TEST(added.status == 201);
    auto const mine = co_await fixture.connect("northwind");
    auto const created = parse(
        (co_await fixture.post("/control/installations", R"({"organization":"northwind","app":"other"})"))
            .body
    );
    auto const as_other = [](std::string_view name, std::string_view value, std::string_view grant) {
        return json_object(
            {{"grant_type", grant},
             {"client_id", "other-id"},
             {"client_secret", "fake-other-secret"},
             {name, value}}
        );
    };
    // The installation belongs to another app.
    check_detail(
        co_await fixture.post(
            fixture.token_path(mine.uuid), as_other("refresh_token", mine.refresh_token, "refresh_token")
        ),
        403,
        "You do not have permission to perform this action."
    );
    // The refresh token belongs to another app.
    check_detail(
        co_await fixture.post(
            fixture.token_path(text_at(created, {"uuid"})),
            as_other("refresh_token", mine.refresh_token, "refresh_token")
        ),
        400,
        "Token does not belong to the application"
    );
    auto const second = co_await install(fixture, "empire-state");
    check_detail(
        co_await fixture.post(
            fixture.token_path(text_at(created, {"uuid"})),
            as_other("code", second.code, "authorization_code")
        ),
        401,
        "Forbidden grant"
    );
}

SANDBOX_TEST(a_jwt_refreshes_without_a_refresh_token) {
    auto const connected = co_await fixture.connect("northwind");
    auto const jwt = client_secret_jwt(valid_claims(fixture, "first"));
    auto const response = co_await fixture.post(fixture.token_path(connected.uuid), jwt_body, jwt);
    BOOST_TEST(response.status == 201);
    check_detail(co_await fixture.get("/api/0/organizations/", connected.token), 401, "Invalid token");
    // The same JWT cannot be used again.
    BOOST_TEST((co_await fixture.post(fixture.token_path(connected.uuid), jwt_body, jwt)).status == 401);
}

SANDBOX_TEST(the_jwt_grant_requires_an_existing_token) {
    auto const connected = co_await install(fixture, "northwind");
    check_detail(
        co_await fixture.post(
            fixture.token_path(connected.uuid), jwt_body, client_secret_jwt(valid_claims(fixture, "early"))
        ),
        401,
        "Installation does not have a token"
    );
}

SANDBOX_TEST(the_jwt_grant_can_be_disabled) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/settings", R"({"jwt_grant_enabled":false})");
    check_detail(
        co_await fixture.post(
            fixture.token_path(connected.uuid), jwt_body, client_secret_jwt(valid_claims(fixture, "off"))
        ),
        403,
        "Manual token refresh is not enabled for this organization"
    );
}

SANDBOX_TEST(invalid_jwts_are_refused) {
    auto const connected = co_await fixture.connect("northwind");
    auto wrong_subject = valid_claims(fixture, "a");
    wrong_subject.sub = "someone";
    auto unknown_issuer = valid_claims(fixture, "b");
    unknown_issuer.iss = unknown_issuer.sub = "someone";
    std::vector<std::string> const invalid{
        "not.a.jwt",
        "nothing",
        client_secret_jwt(valid_claims(fixture, "c"), "fake-wrong-secret"),
        client_secret_jwt(valid_claims(fixture, "d"), fake_secret, "none"),
        client_secret_jwt(valid_claims(fixture, "e", 0)),
        client_secret_jwt(valid_claims(fixture, "f", 601)),
        client_secret_jwt(valid_claims(fixture, "")),
        client_secret_jwt(wrong_subject),
        client_secret_jwt(unknown_issuer),
    };
    for (auto const& jwt : invalid) {
        BOOST_TEST_CONTEXT(jwt) {
            BOOST_TEST(
                (co_await fixture.post(fixture.token_path(connected.uuid), jwt_body, jwt)).status == 401
            );
        }
    }
    BOOST_TEST((co_await fixture.post(fixture.token_path(connected.uuid), jwt_body)).status == 401);
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", connected.token)).status == 200);
}

SANDBOX_TEST(an_advanced_clock_expires_tokens_but_not_jwts) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/clock", R"({"advance":28800})");
    check_detail(co_await fixture.get("/api/0/organizations/", connected.token), 401, "Token expired");
    auto const response = co_await fixture.post(
        fixture.token_path(connected.uuid), jwt_body, client_secret_jwt(valid_claims(fixture, "moved"))
    );
    BOOST_TEST(response.status == 201);
    BOOST_TEST(
        (co_await fixture.get("/api/0/organizations/", text_at(parse(response.body), {"token"}))).status ==
        200
    );
}

SANDBOX_TEST(tokens_end_with_the_installation) {
    auto const connected = co_await fixture.connect("northwind");
    BOOST_TEST((co_await fixture.remove("/control/installations/" + connected.uuid)).status == 200);
    BOOST_TEST(
        (co_await fixture.post(fixture.token_path(connected.uuid), refresh_body(connected.refresh_token)))
            .status == 404
    );
    check_detail(co_await fixture.get("/api/0/organizations/", connected.token), 401, "Invalid token");
}

SANDBOX_TEST(each_refresh_has_a_new_token_id) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/settings", R"({"token_lifetime_seconds":60})");
    auto const response = parse(
        (co_await fixture.post(fixture.token_path(connected.uuid), refresh_body(connected.refresh_token)))
            .body
    );
    BOOST_TEST(text_at(response, {"id"}) == "39");
    BOOST_TEST(text_at(response, {"expiresAt"}) == "2026-03-02T09:15:05.120000Z");
}

BOOST_AUTO_TEST_SUITE_END()
