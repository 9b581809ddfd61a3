#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/sentry/app.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;

BOOST_AUTO_TEST_SUITE(public_app)

BOOST_AUTO_TEST_CASE(install_url) {
    auto const base = config::parse_base_url("https://sentry.io").value();
    BOOST_TEST(
        sentry::external_install_url(base, "tocsin") ==
        "https://sentry.io/sentry-apps/tocsin/external-install/"
    );
    auto const in_subfolder = config::parse_base_url("http://127.0.0.1:9000/sentry/").value();
    BOOST_TEST(
        sentry::external_install_url(in_subfolder, "a/b") ==
        "http://127.0.0.1:9000/sentry/sentry-apps/a%2Fb/external-install/"
    );
}

BOOST_AUTO_TEST_CASE(authorize_url_has_pkce_and_single_spaces) {
    sentry::authorization_request const request{
        "https://tocsin.example/oauth/sentry/callback?a=b",
        secret("fake&state"),
        "fake-challenge",
        {"org:read", "project:read"}
    };
    sentry::oauth_app const app{"fake client", secret("fake-client-secret")};
    BOOST_TEST(
        sentry::authorize_url(config::parse_base_url("https://sentry.io/below/").value(), app, request) ==
        "https://sentry.io/below/oauth/authorize/?response_type=code&client_id=fake%20client"
        "&redirect_uri=https%3A%2F%2Ftocsin.example%2Foauth%2Fsentry%2Fcallback%3Fa%3Db"
        "&scope=org%3Aread%20project%3Aread&state=fake%26state&code_challenge=fake-challenge"
        "&code_challenge_method=S256"
    );
}

BOOST_AUTO_TEST_CASE(client_assertion_is_a_signed_jwt_for_a_minute) {
    sentry::public_app const app{"tocsin", "fake-client-id", secret("fake-client-secret"), std::nullopt};
    auto const jti = uuid::parse("7a485448-a9e2-4c85-8a3c-4f44175783c9").value();
    std::string const jwt(sentry::client_assertion(app, *parse_rfc3339("2026-03-02T09:00:00Z"), jti).reveal()
    );
    auto const first = jwt.find('.');
    auto const last = jwt.rfind('.');
    BOOST_REQUIRE(first != last);
    auto const expected = crypto::hmac_sha256(app.client_secret).sign(jwt.substr(0, last));
    BOOST_TEST(jwt.substr(last + 1) == to_base64url(expected));
    BOOST_TEST(as_text(from_base64url(jwt.substr(0, first)).value()) == R"({"alg":"HS256","typ":"JWT"})");
    auto const claims =
        json::parse(as_text(from_base64url(jwt.substr(first + 1, last - first - 1)).value())).value();
    BOOST_TEST(claims.root().find("iss")->as_string().value() == "fake-client-id");
    BOOST_TEST(claims.root().find("sub")->as_string().value() == "fake-client-id");
    BOOST_TEST(claims.root().find("jti")->as_string().value() == jti.str());
    BOOST_TEST(*claims.root().find("exp")->as_int64() - *claims.root().find("iat")->as_int64() == 60);
}

BOOST_AUTO_TEST_SUITE_END()
