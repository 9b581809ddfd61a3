#include "oauth_lab.hpp"

#include <boost/test/unit_test.hpp>

#include <sandbox/url.hpp>
#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

async::task<http::answer> ask(lab& here, pairs const& with = {}) {
    co_return co_await here.get(authorize_target(changed(authorize_request(), with)));
}

async::task<http::answer> decide(lab& here, pairs form, pairs const& with = {}) {
    co_return co_await here.post_form(authorize_target(changed(authorize_request(), with)), std::move(form));
}

std::string error_of(http::answer const& got) {
    return sandbox::form_value(redirect_query(got), "error");
}

std::string location(http::answer const& got) {
    return std::string(got.headers.find("Location").value_or(""));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(oauth_authorize)

LAB_TEST(the_page_asks) {
    auto const got = co_await ask(here);
    BOOST_TEST(got.status == 200);
    BOOST_TEST(got.body.find("Authorize Tocsin") != std::string::npos);
    BOOST_TEST(got.body.find("value=\"approve\"") != std::string::npos);
    BOOST_TEST(got.body.find("Organization, Project, Issue &amp; Event") != std::string::npos);
}

LAB_TEST(what_is_refused_without_a_redirect) {
    struct row {
        char const* why;
        pairs with;
    };
    for (auto const& [why, with] :
         {row{"no client", {{"client_id", ""}}},
          {"unknown client", {{"client_id", "nobody"}}},
          {"other host", {{"redirect_uri", "https://evil.example/oauth/sentry/callback"}}},
          {"other scheme", {{"redirect_uri", "http://tocsin.example/oauth/sentry/callback"}}},
          {"dots lead elsewhere", {{"redirect_uri", std::string(callback) + "/../../elsewhere"}}},
          {"no response type", {{"response_type", ""}}},
          {"odd response type", {{"response_type", "id_token"}}}}) {
        BOOST_TEST_CONTEXT(why) {
            auto const got = co_await ask(here, with);
            BOOST_TEST(got.status == 400);
            BOOST_TEST(location(got).empty());
            BOOST_TEST((co_await decide(here, {{"op", "approve"}}, with)).status == 400);
        }
    }
}

LAB_TEST(what_is_refused_by_a_redirect) {
    struct row {
        char const* error;
        pairs with;
    };
    std::string const long_challenge(129, 'a');
    for (auto const& [error, with] :
         {row{"invalid_scope", {{"scope", "org:read everything"}}},
          {"invalid_scope", {{"scope", "org:read  event:read"}}},
          {"invalid_scope", {{"scope", "org:read "}}},
          {"invalid_request", {{"code_challenge", "short"}}},
          {"invalid_request", {{"code_challenge", long_challenge}}},
          {"invalid_request", {{"code_challenge", std::string(43, '=')}}},
          {"invalid_request", {{"code_challenge_method", "plain"}}},
          {"invalid_request", {{"code_challenge_method", ""}}}}) {
        BOOST_TEST_CONTEXT(with.front().first << "=" << with.front().second) {
            auto const got = co_await ask(here, with);
            BOOST_TEST(got.status == 302);
            BOOST_TEST(location(got).starts_with(callback));
            BOOST_TEST(error_of(got) == error);
            BOOST_TEST(sandbox::form_value(redirect_query(got), "state") == "opaque state/+");
            BOOST_TEST(location(got).find("error_description") == std::string::npos);
        }
    }
}

LAB_TEST(approval_gives_a_code_and_denial_does_not) {
    auto const yes = co_await decide(here, {{"op", "approve"}});
    BOOST_TEST(yes.status == 302);
    BOOST_TEST(sandbox::form_value(redirect_query(yes), "code").size() == 64u);
    BOOST_TEST(sandbox::form_value(redirect_query(yes), "state") == "opaque state/+");
    auto const no = co_await decide(here, {{"op", "deny"}}, {{"state", ""}});
    BOOST_TEST(location(no) == std::string(callback) + "?error=access_denied");
    BOOST_TEST((co_await decide(here, {})).status == 400);
}

LAB_TEST(what_was_approved_is_not_asked_again) {
    co_await approved_code(here);
    struct row {
        char const* why;
        pairs with;
        int status;
    };
    for (auto const& [why, with, status] :
         {row{"the same", {}, 302},
          {"less", {{"scope", "org:read"}}, 302},
          {"more", {{"scope", "org:read event:write"}}, 200},
          {"forced", {{"force_prompt", "1"}}, 200}}) {
        BOOST_TEST_CONTEXT(why) BOOST_TEST((co_await ask(here, with)).status == status);
    }
    co_await here.post("/control/oauth", R"({"forget_approvals":true})");
    BOOST_TEST((co_await ask(here)).status == 200);
}

LAB_TEST(redirect_uris_are_matched_as_sentry_does) {
    co_await here.post(
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
            co_await here.post("/control/oauth", R"({"prefix_matching":true})");
            BOOST_TEST((co_await ask(here, {{"redirect_uri", uri}})).status == legacy);
            co_await here.post("/control/oauth", R"({"prefix_matching":false})");
            BOOST_TEST((co_await ask(here, {{"redirect_uri", uri}})).status == strict);
        }
    }
}

LAB_TEST(the_redirect_uris_own_query_is_kept) {
    auto const got =
        co_await decide(here, {{"op", "deny"}}, {{"redirect_uri", std::string(callback) + "?a=1&blank="}});
    BOOST_TEST(
        location(got) == std::string(callback) + "?a=1&error=access_denied&state=opaque%20state%2F%2B"
    );
}

LAB_TEST(the_implicit_answer_is_in_the_fragment) {
    auto const got = co_await decide(here, {{"op", "approve"}}, {{"response_type", "token"}});
    auto const url = location(got);
    BOOST_REQUIRE(url.starts_with(std::string(callback) + "#access_token="));
    auto const shown = sandbox::form_decoded(std::string_view(url).substr(url.find('#') + 1));
    BOOST_TEST(sandbox::form_value(shown, "token_type") == "Bearer");
    auto const list = co_await here.get("/api/0/organizations/", sandbox::form_value(shown, "access_token"));
    BOOST_TEST(list.status == 200);
}

LAB_TEST(an_organization_level_application_has_one_picked) {
    co_await here.post(
        "/control/oauth",
        R"({"requires_org_level_access":true,"scopes":["org:read"],"user_organizations":["northwind"]})"
    );
    pairs const with{{"scope", "org:read"}};
    auto const asked = co_await ask(here, with);
    BOOST_TEST(asked.body.find("value=\"4505281256000001\"") != std::string::npos);
    BOOST_TEST(asked.body.find("value=\"4505281256000002\"") == std::string::npos);
    BOOST_TEST(error_of(co_await ask(here)) == "invalid_scope");
    BOOST_TEST(error_of(co_await decide(here, {{"op", "approve"}}, with)) == "invalid_request");
    auto const choose = [&](std::string id) {
        return decide(here, {{"op", "approve"}, {"selected_organization_id", std::move(id)}}, with);
    };
    BOOST_TEST(error_of(co_await choose("4505281256000002")) == "unauthorized_client");
    BOOST_TEST(error_of(co_await choose("northwind")) == "unauthorized_client");
    auto const code = sandbox::form_value(redirect_query(co_await choose("4505281256000001")), "code");
    auto const got = co_await here.post_form("/oauth/token/", code_form(code));
    BOOST_TEST(at(parsed(got.body), {"organization_id"}) == "4505281256000001");
    BOOST_TEST((co_await ask(here, with)).status == 200);  // asked every time
    co_await here.post("/control/oauth", R"({"user_organizations":[]})");
    BOOST_TEST((co_await ask(here, with)).status == 400);
}

LAB_TEST(pkce_may_be_unknown_or_unwelcome) {
    co_await here.post("/control/oauth", R"({"pkce":"reject"})");
    BOOST_TEST(error_of(co_await ask(here)) == "invalid_request");
    BOOST_TEST((co_await ask(here, {{"code_challenge", ""}, {"code_challenge_method", ""}})).status == 200);
    co_await here.post("/control/oauth", R"({"pkce":"ignore"})");
    BOOST_TEST((co_await ask(here, {{"code_challenge_method", "plain"}})).status == 200);
}

LAB_TEST(an_inactive_application_is_unknown) {
    co_await here.post("/control/oauth", R"({"active":false})");
    BOOST_TEST((co_await ask(here)).status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
