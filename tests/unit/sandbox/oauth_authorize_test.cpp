#include "oauth_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sandbox/url.hpp>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

async::task<http::client_response> request_consent(sandbox_fixture& fixture, pairs const& changes = {}) {
    co_return co_await fixture.get(authorize_target(changed(authorize_request(), changes)));
}

async::task<http::client_response> submit_consent(
    sandbox_fixture& fixture, pairs form, pairs const& changes = {}
) {
    co_return co_await fixture.post_form(
        authorize_target(changed(authorize_request(), changes)), std::move(form)
    );
}

std::string error_of(http::client_response const& response) {
    return sandbox::form_value(redirect_query(response), "error");
}

std::string location(http::client_response const& response) {
    return std::string(response.headers.find("Location").value_or(""));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(oauth_authorize)

SANDBOX_TEST(the_page_shows_the_requested_scopes) {
    auto const response = co_await request_consent(fixture);
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body.find("Authorize Tocsin") != std::string::npos);
    BOOST_TEST(response.body.find("value=\"approve\"") != std::string::npos);
    BOOST_TEST(response.body.find("Organization, Project, Issue &amp; Event") != std::string::npos);
}

SANDBOX_TEST(an_invalid_client_or_redirect_uri_is_an_error_page) {
    struct row {
        char const* name;
        pairs changes;
    };
    for (auto const& [name, changes] :
         {row{"no client", {{"client_id", ""}}},
          {"unknown client", {{"client_id", "nobody"}}},
          {"other host", {{"redirect_uri", "https://evil.example/oauth/sentry/callback"}}},
          {"other scheme", {{"redirect_uri", "http://tocsin.example/oauth/sentry/callback"}}},
          {"dot segments to another path", {{"redirect_uri", std::string(callback) + "/../../elsewhere"}}},
          {"no response type", {{"response_type", ""}}},
          {"unknown response type", {{"response_type", "id_token"}}}}) {
        BOOST_TEST_CONTEXT(name) {
            auto const response = co_await request_consent(fixture, changes);
            BOOST_TEST(response.status == 400);
            BOOST_TEST(location(response).empty());
            BOOST_TEST((co_await submit_consent(fixture, {{"op", "approve"}}, changes)).status == 400);
        }
    }
}

SANDBOX_TEST(other_errors_are_redirected) {
    struct row {
        char const* error;
        pairs changes;
    };
    std::string const long_challenge(129, 'a');
    for (auto const& [error, changes] :
         {row{"invalid_scope", {{"scope", "org:read everything"}}},
          {"invalid_scope", {{"scope", "org:read  event:read"}}},
          {"invalid_scope", {{"scope", "org:read "}}},
          {"invalid_request", {{"code_challenge", "short"}}},
          {"invalid_request", {{"code_challenge", long_challenge}}},
          {"invalid_request", {{"code_challenge", std::string(43, '=')}}},
          {"invalid_request", {{"code_challenge_method", "plain"}}},
          {"invalid_request", {{"code_challenge_method", ""}}}}) {
        BOOST_TEST_CONTEXT(changes.front().first << "=" << changes.front().second) {
            auto const response = co_await request_consent(fixture, changes);
            BOOST_TEST(response.status == 302);
            BOOST_TEST(location(response).starts_with(callback));
            BOOST_TEST(error_of(response) == error);
            BOOST_TEST(sandbox::form_value(redirect_query(response), "state") == "opaque state/+");
            BOOST_TEST(location(response).find("error_description") == std::string::npos);
        }
    }
}

SANDBOX_TEST(approval_returns_a_code_and_denial_an_error) {
    auto const approved = co_await submit_consent(fixture, {{"op", "approve"}});
    BOOST_TEST(approved.status == 302);
    BOOST_TEST(sandbox::form_value(redirect_query(approved), "code").size() == 64u);
    BOOST_TEST(sandbox::form_value(redirect_query(approved), "state") == "opaque state/+");
    auto const denied = co_await submit_consent(fixture, {{"op", "deny"}}, {{"state", ""}});
    BOOST_TEST(location(denied) == std::string(callback) + "?error=access_denied");
    BOOST_TEST((co_await submit_consent(fixture, {})).status == 400);
}

SANDBOX_TEST(approved_scopes_need_no_new_consent) {
    co_await approve(fixture);
    struct row {
        char const* name;
        pairs changes;
        int status;
    };
    for (auto const& [name, changes, status] :
         {row{"the same scopes", {}, 302},
          {"fewer scopes", {{"scope", "org:read"}}, 302},
          {"more scopes", {{"scope", "org:read event:write"}}, 200},
          {"forced", {{"force_prompt", "1"}}, 200}}) {
        BOOST_TEST_CONTEXT(name) BOOST_TEST((co_await request_consent(fixture, changes)).status == status);
    }
    co_await fixture.post("/control/oauth", R"({"forget_approvals":true})");
    BOOST_TEST((co_await request_consent(fixture)).status == 200);
}

SANDBOX_TEST(redirect_uris_are_matched_as_in_sentry) {
    co_await fixture.post(
        "/control/oauth",
        R"({"redirect_uris":["https://a.example/back/","http://127.0.0.1/back","https://b.example"]})"
    );
    struct row {
        char const* uri;
        int legacy;
        int strict;
    };
    for (auto const& [uri, legacy, strict] :
         {row{"https://a.example/back/", 200, 200},
          {"https://a.example/x/../back/", 200, 200},
          {"https://a.example/back", 400, 400},
          {"https://a.example/back/more", 200, 400},
          {"https://a.example/back/../elsewhere", 400, 400},
          {"http://127.0.0.1:4711/back", 200, 200},
          {"http://127.0.0.1:4711/other", 400, 400},
          {"https://127.0.0.1:4711/back", 400, 400},
          {"https://b.example/", 200, 200},
          {"https://b.example", 200, 200},
          {"https://b.example.evil.example/", 400, 400},
          {"nonsense", 400, 400},
          {"", 400, 400}}) {
        BOOST_TEST_CONTEXT(uri) {
            co_await fixture.post("/control/oauth", R"({"prefix_matching":true})");
            BOOST_TEST((co_await request_consent(fixture, {{"redirect_uri", uri}})).status == legacy);
            co_await fixture.post("/control/oauth", R"({"prefix_matching":false})");
            BOOST_TEST((co_await request_consent(fixture, {{"redirect_uri", uri}})).status == strict);
        }
    }
}

SANDBOX_TEST(the_query_of_the_redirect_uri_is_kept) {
    auto const response = co_await submit_consent(
        fixture, {{"op", "deny"}}, {{"redirect_uri", std::string(callback) + "?a=1&blank="}}
    );
    BOOST_TEST(
        location(response) == std::string(callback) + "?a=1&error=access_denied&state=opaque%20state%2F%2B"
    );
}

SANDBOX_TEST(an_implicit_token_is_in_the_fragment) {
    auto const response = co_await submit_consent(fixture, {{"op", "approve"}}, {{"response_type", "token"}});
    auto const url = location(response);
    BOOST_REQUIRE(url.starts_with(std::string(callback) + "#access_token="));
    auto const shown = sandbox::decode_form(std::string_view(url).substr(url.find('#') + 1));
    BOOST_TEST(sandbox::form_value(shown, "token_type") == "Bearer");
    auto const list =
        co_await fixture.get("/api/0/organizations/", sandbox::form_value(shown, "access_token"));
    BOOST_TEST(list.status == 200);
}

SANDBOX_TEST(the_user_chooses_the_organization_of_an_organization_level_application) {
    co_await fixture.post(
        "/control/oauth",
        R"({"requires_org_level_access":true,"scopes":["org:read"],"user_organizations":["northwind"]})"
    );
    pairs const changes{{"scope", "org:read"}};
    auto const consent = co_await request_consent(fixture, changes);
    BOOST_TEST(consent.body.find("value=\"4505281256000001\"") != std::string::npos);
    BOOST_TEST(consent.body.find("value=\"4505281256000002\"") == std::string::npos);
    BOOST_TEST(error_of(co_await request_consent(fixture)) == "invalid_scope");
    BOOST_TEST(error_of(co_await submit_consent(fixture, {{"op", "approve"}}, changes)) == "invalid_request");
    auto const choose = [&](std::string id) {
        return submit_consent(
            fixture, {{"op", "approve"}, {"selected_organization_id", std::move(id)}}, changes
        );
    };
    BOOST_TEST(error_of(co_await choose("4505281256000002")) == "unauthorized_client");
    BOOST_TEST(error_of(co_await choose("northwind")) == "unauthorized_client");
    auto const code = sandbox::form_value(redirect_query(co_await choose("4505281256000001")), "code");
    auto const response = co_await fixture.post_form("/oauth/token/", code_form(code));
    BOOST_TEST(text_at(parse(response.body), {"organization_id"}) == "4505281256000001");
    BOOST_TEST((co_await request_consent(fixture, changes)).status == 200);  // needs consent every time
    co_await fixture.post("/control/oauth", R"({"user_organizations":[]})");
    BOOST_TEST((co_await request_consent(fixture, changes)).status == 400);
}

SANDBOX_TEST(pkce_can_be_ignored_or_rejected) {
    co_await fixture.post("/control/oauth", R"({"pkce":"reject"})");
    BOOST_TEST(error_of(co_await request_consent(fixture)) == "invalid_request");
    BOOST_TEST(
        (co_await request_consent(fixture, {{"code_challenge", ""}, {"code_challenge_method", ""}})).status ==
        200
    );
    co_await fixture.post("/control/oauth", R"({"pkce":"ignore"})");
    BOOST_TEST((co_await request_consent(fixture, {{"code_challenge_method", "plain"}})).status == 200);
}

SANDBOX_TEST(an_inactive_application_is_unknown) {
    co_await fixture.post("/control/oauth", R"({"active":false})");
    BOOST_TEST((co_await request_consent(fixture)).status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
