#include "lab.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace tocsin::test;

namespace {

std::string code_body(std::string_view code, std::string_view secret = fake_secret) {
    return object(
        {{"grant_type", "authorization_code"},
         {"client_id", fake_client_id},
         {"client_secret", secret},
         {"code", code}}
    );
}

std::string refresh_body(std::string_view token) {
    return object(
        {{"grant_type", "refresh_token"},
         {"client_id", fake_client_id},
         {"client_secret", fake_secret},
         {"refresh_token", token}}
    );
}

std::string const jwt_body = object({{"grant_type", "urn:sentry:params:oauth:grant-type:jwt-bearer"}});

std::int64_t seconds(timestamp at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

jwt_claims claims_at(lab const& here, std::string jti, std::int64_t life = 60) {
    jwt_claims out;
    out.exp = seconds(here.time.now()) + life;
    out.jti = std::move(jti);
    return out;
}

async::task<lab::connected> install(lab& here, std::string organization) {
    auto const made =
        parsed((co_await here.post("/control/installations", object({{"organization", organization}}))).body);
    co_return lab::connected{at(made, {"uuid"}), at(made, {"code"}), {}, {}};
}

void check_detail(http::answer const& got, int status, std::string_view text) {
    BOOST_TEST(got.status == status);
    BOOST_TEST(got.body == object({{"detail", text}}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(grants)

LAB_TEST(a_code_is_exchanged_once) {
    auto const it = co_await install(here, "northwind");
    auto const got = co_await here.post(here.token_path(it.uuid), code_body(it.code));
    BOOST_TEST(got.status == 201);
    auto const body = parsed(got.body);
    BOOST_TEST(at(body, {"token"}).size() == 64u);
    BOOST_TEST(at(body, {"refreshToken"}).size() == 64u);
    BOOST_TEST(at(body, {"dateCreated"}) == "2026-03-02T09:14:05.120000Z");
    BOOST_TEST(at(body, {"expiresAt"}) == "2026-03-02T17:14:05.120000Z");
    BOOST_TEST(body.root().find("application")->is_null());
    BOOST_TEST(body.root().find("state")->is_null());
    BOOST_TEST(body.root().find("scopes")->size() == 4u);
    check_detail(
        co_await here.post(here.token_path(it.uuid), code_body(it.code)),
        401,
        "Could not find grant for given code"
    );
}

LAB_TEST(state_is_echoed) {
    auto const it = co_await install(here, "northwind");
    auto body = code_body(it.code);
    body.back() = ',';
    auto const got = co_await here.post(here.token_path(it.uuid), body + R"("state":"abc"})");
    BOOST_TEST(at(parsed(got.body), {"state"}) == "abc");
}

LAB_TEST(refusals_before_any_grant) {
    auto const it = co_await install(here, "northwind");
    auto const path = here.token_path(it.uuid);
    check_detail(
        co_await here.post(path, code_body(it.code, "wrong")), 401, "Invalid Client ID / Secret pair"
    );
    check_detail(
        co_await here.post(path, object({{"grant_type", "refresh_token"}})),
        401,
        "Invalid Client ID / Secret pair"
    );
    check_detail(co_await here.post(path, "no json"), 401, "Invalid request");
    check_detail(co_await here.post(path, "[]"), 401, "Invalid request");
    auto const form = co_await here.exchange(
        http::method::post,
        path,
        "grant_type=authorization_code&client_id=fake-client-id",
        {{"Content-Type", "application/x-www-form-urlencoded"}}
    );
    check_detail(form.value(), 401, "Invalid request");
    auto const unknown =
        object({{"grant_type", "password"}, {"client_id", fake_client_id}, {"client_secret", fake_secret}});
    check_detail(co_await here.post(path, unknown), 403, "Invalid grant_type");
    auto const elsewhere = here.token_path("00000000-0000-4000-8000-000000000000");
    check_detail(
        co_await here.post(elsewhere, code_body(it.code)), 404, "The requested resource does not exist"
    );
    auto const counted = parsed((co_await here.get("/control/state")).body);
    BOOST_TEST(at(counted, {"token_calls", "authorization_code", "401"}) == "1");
    BOOST_TEST(at(counted, {"token_calls", "none", "401"}) == "3");
    // None of that used the code up.
    BOOST_TEST((co_await here.post(path, code_body(it.code))).status == 201);
}

LAB_TEST(missing_fields_are_named) {
    auto const it = co_await install(here, "northwind");
    auto const path = here.token_path(it.uuid);
    auto const no_code = object(
        {{"grant_type", "authorization_code"}, {"client_id", fake_client_id}, {"client_secret", fake_secret}}
    );
    auto const first = co_await here.post(path, no_code);
    BOOST_TEST(first.status == 400);
    BOOST_TEST(first.body == R"({"code":["This field is required."]})");
    auto const no_token = object(
        {{"grant_type", "refresh_token"}, {"client_id", fake_client_id}, {"client_secret", fake_secret}}
    );
    auto const second = co_await here.post(path, no_token);
    BOOST_TEST(second.status == 400);
    BOOST_TEST(second.body == R"({"refresh_token":["This field is required."]})");
}

LAB_TEST(unknown_foreign_and_expired_codes) {
    auto const one = co_await install(here, "northwind");
    auto const two = co_await install(here, "empire-state");
    check_detail(
        co_await here.post(here.token_path(one.uuid), code_body("feed")),
        401,
        "Could not find grant for given code"
    );
    check_detail(co_await here.post(here.token_path(one.uuid), code_body(two.code)), 401, "Forbidden grant");
    here.time.advance(std::chrono::minutes(10));
    check_detail(
        co_await here.post(here.token_path(one.uuid), code_body(one.code)), 401, "Grant has already expired"
    );
}

LAB_TEST(a_refresh_kills_the_old_pair_at_once) {
    auto const it = co_await here.connect("northwind");
    auto const got = co_await here.post(here.token_path(it.uuid), refresh_body(it.refresh_token));
    BOOST_TEST(got.status == 201);
    auto const fresh = at(parsed(got.body), {"token"});
    BOOST_TEST(fresh != it.token);
    check_detail(co_await here.get("/api/0/organizations/", it.token), 401, "Invalid token");
    BOOST_TEST((co_await here.get("/api/0/organizations/", fresh)).status == 200);
    check_detail(
        co_await here.post(here.token_path(it.uuid), refresh_body(it.refresh_token)),
        401,
        "Given refresh token does not exist"
    );
}

LAB_TEST(another_apps_credentials) {
    auto const added = co_await here.post(
        "/control/applications",
        R"({"slug":"other","client_id":"other-id","client_secret":"fake-other-secret"})"
    );
    BOOST_TEST(added.status == 201);
    auto const mine = co_await here.connect("northwind");
    auto const made = parsed(
        (co_await here.post("/control/installations", R"({"organization":"northwind","app":"other"})")).body
    );
    auto const as_other = [](std::string_view name, std::string_view value, std::string_view grant) {
        return object(
            {{"grant_type", grant},
             {"client_id", "other-id"},
             {"client_secret", "fake-other-secret"},
             {name, value}}
        );
    };
    // Its credentials do not own my installation.
    check_detail(
        co_await here.post(
            here.token_path(mine.uuid), as_other("refresh_token", mine.refresh_token, "refresh_token")
        ),
        403,
        "You do not have permission to perform this action."
    );
    // My refresh token is not its own.
    check_detail(
        co_await here.post(
            here.token_path(at(made, {"uuid"})),
            as_other("refresh_token", mine.refresh_token, "refresh_token")
        ),
        400,
        "Token does not belong to the application"
    );
    auto const second = co_await install(here, "empire-state");
    check_detail(
        co_await here.post(
            here.token_path(at(made, {"uuid"})), as_other("code", second.code, "authorization_code")
        ),
        401,
        "Forbidden grant"
    );
}

LAB_TEST(a_jwt_renews_without_a_refresh_token) {
    auto const it = co_await here.connect("northwind");
    auto const jwt = client_secret_jwt(claims_at(here, "first"));
    auto const got = co_await here.post(here.token_path(it.uuid), jwt_body, jwt);
    BOOST_TEST(got.status == 201);
    check_detail(co_await here.get("/api/0/organizations/", it.token), 401, "Invalid token");
    // A second use of the same JWT is a replay.
    BOOST_TEST((co_await here.post(here.token_path(it.uuid), jwt_body, jwt)).status == 401);
}

LAB_TEST(a_jwt_needs_a_token_to_exist) {
    auto const it = co_await install(here, "northwind");
    check_detail(
        co_await here.post(here.token_path(it.uuid), jwt_body, client_secret_jwt(claims_at(here, "early"))),
        401,
        "Installation does not have a token"
    );
}

LAB_TEST(a_jwt_may_be_switched_off) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/settings", R"({"jwt_grant_enabled":false})");
    check_detail(
        co_await here.post(here.token_path(it.uuid), jwt_body, client_secret_jwt(claims_at(here, "off"))),
        403,
        "Manual token refresh is not enabled for this organization"
    );
}

LAB_TEST(bad_jwts_are_refused) {
    auto const it = co_await here.connect("northwind");
    auto wrong_subject = claims_at(here, "a");
    wrong_subject.sub = "someone";
    auto unknown_issuer = claims_at(here, "b");
    unknown_issuer.iss = unknown_issuer.sub = "someone";
    std::vector<std::string> const bad{
        "not.a.jwt",
        "nothing",
        client_secret_jwt(claims_at(here, "c"), "fake-wrong-secret"),
        client_secret_jwt(claims_at(here, "d"), fake_secret, "none"),
        client_secret_jwt(claims_at(here, "e", 0)),
        client_secret_jwt(claims_at(here, "f", 601)),
        client_secret_jwt(claims_at(here, "")),
        client_secret_jwt(wrong_subject),
        client_secret_jwt(unknown_issuer),
    };
    for (auto const& each : bad) {
        BOOST_TEST_CONTEXT(each) {
            BOOST_TEST((co_await here.post(here.token_path(it.uuid), jwt_body, each)).status == 401);
        }
    }
    BOOST_TEST((co_await here.post(here.token_path(it.uuid), jwt_body)).status == 401);
    BOOST_TEST((co_await here.get("/api/0/organizations/", it.token)).status == 200);
}

LAB_TEST(a_moved_clock_expires_tokens_but_not_jwts) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/clock", R"({"advance":28800})");
    check_detail(co_await here.get("/api/0/organizations/", it.token), 401, "Token expired");
    auto const got =
        co_await here.post(here.token_path(it.uuid), jwt_body, client_secret_jwt(claims_at(here, "moved")));
    BOOST_TEST(got.status == 201);
    BOOST_TEST((co_await here.get("/api/0/organizations/", at(parsed(got.body), {"token"}))).status == 200);
}

LAB_TEST(an_uninstalled_installation_is_gone) {
    auto const it = co_await here.connect("northwind");
    BOOST_TEST((co_await here.remove("/control/installations/" + it.uuid)).status == 200);
    BOOST_TEST((co_await here.post(here.token_path(it.uuid), refresh_body(it.refresh_token))).status == 404);
    check_detail(co_await here.get("/api/0/organizations/", it.token), 401, "Invalid token");
}

LAB_TEST(token_rows_are_new_each_time) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/settings", R"({"token_lifetime_seconds":60})");
    auto const got =
        parsed((co_await here.post(here.token_path(it.uuid), refresh_body(it.refresh_token))).body);
    BOOST_TEST(at(got, {"id"}) == "39");
    BOOST_TEST(at(got, {"expiresAt"}) == "2026-03-02T09:15:05.120000Z");
}

BOOST_AUTO_TEST_SUITE_END()
