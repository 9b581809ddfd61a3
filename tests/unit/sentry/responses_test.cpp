#include <tocsin/sentry/responses.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::sentry;
using namespace std::chrono_literals;

namespace {

timestamp const now = *parse_rfc3339("2026-03-02T09:00:00Z");

std::string token_response(std::string const& from = "", std::string const& to = "") {
    std::string body =
        R"({"id":"38","scopes":["org:read","event:read"],"application":null,"expiresAt":"2026-03-02T17:00:00.870Z",)"
        R"("dateCreated":"2026-03-02T09:00:00.870Z","state":null,"token":"fake-access-token","refreshToken":"fake-refresh-token"})";
    if (!from.empty()) body.replace(body.find(from), from.size(), to);
    return body;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(responses)

BOOST_AUTO_TEST_CASE(token_response_is_decoded) {
    auto const tokens = decode_token_set(token_response(), now);
    BOOST_REQUIRE(tokens.has_value());
    BOOST_TEST(tokens->access_token.reveal() == "fake-access-token");
    BOOST_TEST(tokens->refresh_token.value().reveal() == "fake-refresh-token");
    BOOST_TEST(to_rfc3339(tokens->expires_at.value()) == "2026-03-02T17:00:00.870000Z");
    BOOST_TEST(
        tokens->scopes == (std::vector<std::string>{"event:read", "org:read"}),
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(unusable_token_response_is_transient_and_in_doubt) {
    struct {
        char const* name;
        std::string body;
    } const table[]{
        {"empty", ""},
        {"HTML", "<!DOCTYPE html><html></html>"},
        {"truncated", token_response().substr(0, 80)},
        {"a list", "[]"},
        {"a number that crashes parsers", "[0.00000000000000000001e-2147483639]"},
        {"the same in a member", R"({"token":0.00000000000000000001e-2147483639})"},
        {"no token", token_response(R"("token":"fake-access-token")", R"("tok":"x")")},
        {"an empty token", token_response(R"("fake-access-token")", R"("")")},
        {"a token with a line break", token_response("fake-access-token", R"(fake\r\nX-Evil: 1)")},
        {"a token that is a number", token_response(R"("fake-access-token")", "5")},
        {"null", "null"},
        {"a string", R"("fake-access-token")"},
        {"gzip", "\x1f\x8b\x08" + std::string(20, '\x01')},
        {"trailing data", token_response() + "{}"},
        {"NaN", token_response(R"("state":null)", R"("state":NaN)")},
        {"a token that is null", token_response(R"("fake-access-token")", "null")},
        {"a token that is a list", token_response(R"("fake-access-token")", R"(["fake-access-token"])")},
        {"a token that is an object", token_response(R"("fake-access-token")", R"({"fake-access-token":1})")},
        {"a token with a space", token_response("fake-access-token", "fake-access token")},
        {"a token with a NUL", token_response("fake-access-token", R"(fake-access\u0000token)")},
        {"a token beyond ASCII", token_response("fake-access-token", "fake-access-tok\xC3\xA9n")},
        {"a token that is not UTF-8", token_response("fake-access-token", "fake-access-\xFF")},
        {"a token that is too long", token_response("fake-access-token", std::string(5000, 'x'))},
        {"an expiry that is now", token_response("2026-03-02T17:00:00.870Z", "2026-03-02T09:00:00Z")},
        {"an expiry that is a number", token_response(R"("2026-03-02T17:00:00.870Z")", "1772470800")},
        {"an expiry without a zone", token_response("2026-03-02T17:00:00.870Z", "2026-03-02T17:00:00.870")},
        {"an expiry on a day that does not exist", token_response("2026-03-02T17", "2026-02-30T17")},
        {"an expiry that is empty", token_response("2026-03-02T17:00:00.870Z", "")},
        {"an expiry in the past", token_response("2026-03-02T17", "2026-03-02T07")},
        {"an expiry that is not a time", token_response("2026-03-02T17:00:00.870Z", "soon")},
        {"a duplicate member", token_response(R"("state":null)", R"("token":"other")")},
        {"too large", token_response("fake-refresh-token", std::string(70'000, 'x'))},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(row.name) {
            auto const tokens = decode_token_set(row.body, now);
            BOOST_REQUIRE(!tokens.has_value());
            BOOST_TEST(to_string(tokens.error().kind) == "transient");
            BOOST_TEST(tokens.error().in_doubt);
            BOOST_TEST(tokens.error().detail.find("fake-access") == std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(failures_are_classified_by_status) {
    struct {
        int status;
        std::string body;
        char const* kind;
        char const* detail;
    } const table[]{
        {400,
         R"({"detail":"Token does not belong to the application"})",
         "refused",
         "Token does not belong to the application"},
        {401, R"({"detail":"Invalid Client ID / Secret pair"})", "refused", "Invalid Client ID / Secret pair"
        },
        {401, R"({"error":"No such grant"})", "refused", "No such grant"},
        {400, R"({"code":["This field is required."]})", "refused", "code: This field is required."},
        {403,
         R"({"error_type":"unavailable_feature","detail":["You do not have that feature enabled"]})",
         "refused",
         "You do not have that feature enabled"},
        {403, R"({"detail":{"code":"x","message":"no"}})", "refused", "no"},
        {404,
         R"({"detail":"The requested resource does not exist"})",
         "gone",
         "The requested resource does not exist"},
        {429, "You are attempting to use this endpoint too frequently", "rate_limited", "status 429"},
        {500, R"({"detail":"Internal Error","errorId":"1"})", "transient", "Internal Error"},
        {503, "<html>", "transient", "status 503"},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(row.status << " " << row.body) {
            auto const why = failure_in(http::client_response{row.status, {}, row.body}, now).value();
            BOOST_TEST(!why.from_proxy);
            BOOST_TEST(to_string(why.kind) == row.kind);
            BOOST_TEST(why.detail == row.detail);
            BOOST_TEST(why.in_doubt == (row.status >= 500));
        }
    }
}

BOOST_AUTO_TEST_CASE(response_of_a_proxy_is_no_refusal) {
    for (int const status : {302, 400, 401, 402, 403, 404, 405, 407, 409, 422, 451})
        for (auto const* const body :
             {"",
              "Forbidden",
              "<!DOCTYPE html><title>Blocked</title>",
              "{}",
              "[]",
              R"({"message":"Forbidden"})",
              R"({"error":{"message":"denied"}})",
              R"({"detail":null})",
              R"({"detail":[]})",
              R"({"detail":{"reason":"policy"}})",
              R"({"errors":[{"message":"blocked"}]})",
              R"({"info":"Route not found, did you forget a trailing slash?"})"}) {
            BOOST_TEST_CONTEXT(status << " " << body) {
                auto const why = failure_in(http::client_response{status, {}, body}, now).value();
                BOOST_TEST(to_string(why.kind) == "transient");
                BOOST_TEST(why.from_proxy);
                BOOST_TEST(!why.in_doubt);
                BOOST_TEST(!rejects_token(why));
                BOOST_TEST(
                    why.detail ==
                    "a firewall or proxy responded instead of Sentry (status " + std::to_string(status) + ")"
                );
                BOOST_TEST((to_error(why, "to list the projects").code == errc::unavailable));
            }
        }
    auto const page = failure_in(http::client_response{200, {}, "\r\n <html>Sign in</html>"}, now);
    BOOST_REQUIRE(page.has_value());
    BOOST_TEST(to_string(page->kind) == "transient");
    BOOST_TEST(page->from_proxy);
    BOOST_TEST(page->in_doubt);
    for (auto const* const success : {"", "{}", "[]"})
        BOOST_TEST(!failure_in(http::client_response{200, {}, success}, now).has_value());
}

BOOST_AUTO_TEST_CASE(only_a_refused_token_asks_for_a_new_one) {
    auto const refused = [](int status, char const* body) {
        return failure_in(http::client_response{status, {}, body}, now).value();
    };
    for (auto const* const detail :
         {"Token expired", "Invalid token", "Authentication credentials were not provided."})
        BOOST_TEST(rejects_token(refused(401, (R"({"detail":")" + std::string(detail) + R"("})").c_str())));
    auto const sso = refused(
        401,
        R"({"detail":{"code":"sso-required","message":"Must login via SSO","extra":{"loginUrl":"/auth/login/northwind/"}}})"
    );
    BOOST_TEST(!rejects_token(sso));
    BOOST_TEST(
        to_error(sso, "to list the projects").detail ==
        "Sentry refused to list the projects: the organization requires single sign-on. The person who authorized the access signs in to Sentry with it, then tries again."
    );
    for (auto const* const code : {"2fa-required", "member-disabled-over-limit", "sudo-required"}) {
        auto const body = R"({"detail":{"code":")" + std::string(code) + R"(","message":"Not now"}})";
        BOOST_TEST(!rejects_token(refused(401, body.c_str())), code);
    }
    BOOST_TEST(!rejects_token(refused(403, R"({"detail":"Invalid token"})")));
}

BOOST_AUTO_TEST_CASE(oauth_error_name_is_kept) {
    auto const name_of = [](char const* body) {
        return failure_in(http::client_response{400, {}, body}, now).value().oauth_error;
    };
    BOOST_TEST(name_of(R"({"error":"invalid_grant"})") == "invalid_grant");
    BOOST_TEST(
        name_of(R"({"error":"invalid_credentials","error_description":"x"})") == "invalid_credentials"
    );
    for (auto const* other :
         {"",
          "invalid_grant",
          R"({"error":"No such grant"})",
          R"({"error":""})",
          R"({"detail":"invalid_grant"})",
          R"({"error":{"code":"invalid_grant"}})"})
        BOOST_TEST(name_of(other).empty(), other);
}

BOOST_AUTO_TEST_CASE(missing_permission_is_distinguished) {
    auto const refused = [](int status, char const* detail) {
        auto const body = R"({"detail":")" + std::string(detail) + R"("})";
        return failure_in(http::client_response{status, {}, body}, now).value();
    };
    auto const missing = refused(403, "You do not have permission to perform this action.");
    BOOST_TEST(missing.lacks_permission);
    auto const shown = to_error(missing, "to list the issues");
    BOOST_TEST((shown.code == errc::sentry_refused));
    BOOST_TEST(
        shown.detail ==
        "Sentry refused to list the issues: the token lacks a required permission. Grant it in Sentry, then connect again."
    );
    BOOST_TEST(!refused(403, "Invalid grant_type").lacks_permission);
    BOOST_TEST(!refused(401, "You do not have permission to perform this action.").lacks_permission);
    BOOST_TEST(
        to_error(refused(401, "Token expired"), "to list the issues").detail ==
        "Sentry refused to list the issues (Token expired)."
    );
}

BOOST_AUTO_TEST_CASE(requested_pause_is_bounded) {
    auto const pause = [](char const* name, std::string const& value) {
        http::client_response response{429, {}, {}};
        response.headers.add(name, value);
        return failure_in(response, now).value().retry_after;
    };
    auto const epoch = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    BOOST_TEST((pause("Retry-After", "17") == 17s));
    BOOST_TEST((pause("Retry-After", "0") == 1s));
    BOOST_TEST((pause("Retry-After", "999999") == 3600s));
    BOOST_TEST(!pause("Retry-After", "-3").has_value());
    BOOST_TEST((pause("Retry-After", std::string(30, '9')) == 3600s));
    BOOST_TEST((pause("Retry-After", "Mon, 02 Mar 2026 09:00:17 GMT") == 17s));
    BOOST_TEST((pause("Retry-After", "Mon, 02 Mar 2026 08:00:00 GMT") == 1s));
    BOOST_TEST((pause("Retry-After", "Sat, 02 Mar 2126 09:00:00 GMT") == 3600s));
    for (auto const* malformed :
         {"",
          "soon",
          "17s",
          "1.5",
          "+17",
          "Mon, 02 Xxx 2026 09:00:17 GMT",
          "Mon, 02 anF 2026 09:00:17 GMT",
          "Monday, 02-Mar-26 09:00:17 GMT",
          "Mon, 02 Mar 2026 09:00:17 UTC",
          "Mon, 42 Mar 2026 09:00:17 GMT"})
        BOOST_TEST(!pause("Retry-After", malformed).has_value(), malformed);
    BOOST_TEST((pause("X-Sentry-Rate-Limit-Reset", std::to_string(epoch + 9)) == 9s));
    BOOST_TEST((pause("X-Sentry-Rate-Limit-Reset", std::to_string(epoch - 9)) == 1s));
}

BOOST_AUTO_TEST_CASE(next_page_is_found_by_its_cursor) {
    BOOST_TEST(
        next_cursor(
            R"(<https://sentry.io/api/0/x/?&cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", )"
            R"(<https://de.sentry.io/api/0/x/?&cursor=0:100:0>; rel="next"; results="true"; cursor="0:100:0")"
        )
            .value_or("") == "0:100:0"
    );
    BOOST_TEST(
        !next_cursor(
             R"(<u>; rel="previous"; results="true"; cursor="0:0:1", <u>; rel="next"; results="false"; cursor="0:100:0")"
        )
             .has_value()
    );
    for (auto const* malformed :
         {"",
          "<",
          "<u>",
          R"(<u>; rel="next"; results="true")",
          R"(<u>; rel="next"; results="true"; cursor="")"})
        BOOST_TEST(!next_cursor(malformed).has_value(), malformed);
}

BOOST_AUTO_TEST_CASE(organizations_are_decoded) {
    auto const decoded = decode_organizations(
        R"([{"id":"4509877862268928","slug":"northwind","name":"Northwind","status":{"id":"active"}},{"id":7,"slug":"b"},{"slug":"no-id"}])"
    );
    BOOST_REQUIRE(decoded.has_value());
    BOOST_REQUIRE(decoded->size() == 2);
    BOOST_TEST(decoded->front().id == "4509877862268928");
    BOOST_TEST(decoded->front().name == "Northwind");
    BOOST_TEST(decoded->back().id == "7");
    BOOST_TEST(decode_organizations("[]")->empty());
    for (auto const* other : {"", "{}", "null", "[", "<html>"})
        BOOST_TEST(!decode_organizations(other).has_value(), other);

    BOOST_TEST(decode_organization(R"({"id":"1","slug":"northwind","name":null})")->name.empty());
    for (auto const* other : {"", "[]", R"({"id":"1"})", R"({"slug":"a"})", R"({"id":"a b","slug":"a"})"})
        BOOST_TEST(!decode_organization(other).has_value(), other);
}

BOOST_AUTO_TEST_CASE(installations_and_projects_are_decoded) {
    auto const decoded = decode_installation(
        R"({"app":{"uuid":"a9988ad6-0000-4905-bb93-f7cbf4c96bbb","slug":"tocsin","sentryAppId":1},"organization":{"slug":"northwind","id":4509877862268928},)"
        R"("uuid":"01635075-0000-4f96-8fc8-ff9680780a13","status":"pending"})"
    );
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST(decoded->organization.id == "4509877862268928");
    BOOST_TEST(decoded->app_slug == "tocsin");
    BOOST_TEST((decoded->status == installation_status::pending));
    BOOST_TEST(!decode_installation(R"({"uuid":"nonsense"})").has_value());

    auto const projects = decode_projects(
        R"([{"id":"4505281256090153","slug":"checkout","name":"Checkout","platform":null},{"slug":"no-id"}])"
    );
    BOOST_REQUIRE(projects.has_value());
    BOOST_REQUIRE(projects->size() == 1);
    BOOST_TEST(projects->front().id == "4505281256090153");
    BOOST_TEST(!decode_projects("{}").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
