#include "redaction.hpp"

#include "fake_sentry.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace tocsin;
using namespace tocsin::tests;
using sentry::redacted;

namespace {

// The characters of a secret that a form, a path, or JSON escapes.
secret const token{"fake-access/token+1"};
secret const refresh_token{"fake-refresh&token"};
secret const code{"fake code"};
secret const verifier{"fake-verifier"};
sentry::public_app const app{"fake-app", "fake-client", secret("fake-app-secret"), std::nullopt};
sentry::oauth_app const oauth{"fake-client", secret("fake=oauth=secret")};
sentry::organization_ref const org{"northwind"};
uuid const installation = *uuid::parse("7c8f1b54-2f39-4dd1-a2c9-0f4b5d9f0c11");

std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const escaped = text[i] == '%' && i + 2 < text.size();
        plain +=
            escaped ? static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)) : text[i];
        if (escaped) i += 2;
    }
    return plain;
}

std::string json_text(std::string_view text) {
    std::string escaped;
    for (char const c : text) {
        if (c == '\r') continue;
        if (c == '"' || c == '\\') escaped += '\\';
        escaped += c == '\n' ? ' ' : c;
    }
    return '"' + escaped + '"';
}

/// What a call reports if Sentry repeats the credentials of its request, as `respond` writes them.
template <class Call, class Respond>
sentry::call_failure failure_of_echo(Call const& call, Respond respond) {
    scripted_server server(1, [&](int, raw_socket& s) {
        auto const request = s.receive_request();
        auto const body = request.substr(request.find("\r\n\r\n") + 4);
        auto const header = request.find("Authorization: Bearer ");
        auto const bearer = header == std::string::npos
                                ? ""
                                : request.substr(header + 22, request.find("\r\n", header) - header - 22);
        s.send(http_response(respond(bearer + " " + body), "", "400 Bad Request"));
    });
    auto const got = call_sentry(server.port(), call);
    BOOST_REQUIRE(!got.has_value());
    return got.error();
}

template <class Call>
void check_hidden(char const* name, Call const& call, std::vector<secret> const& secrets) {
    std::function<std::string(std::string const&)> const echoes[]{
        [](std::string const& sent) { return R"({"detail":)" + json_text("Bad: " + sent) + "}"; },
        [](std::string const& sent) {
            return R"({"detail":)" + json_text("Bad: " + percent_decoded(sent)) + "}";
        },
        [](std::string const& sent) { return R"({"detail":[)" + json_text(percent_decoded(sent)) + "]}"; },
        [](std::string const& sent) {
            return R"({"detail":{"code":)" + json_text(sent) + R"(,"message":)" +
                   json_text(percent_decoded(sent)) + "}}";
        },
        [](std::string const& sent) { return R"({"error":)" + json_text(percent_decoded(sent)) + "}"; },
        [](std::string const& sent) { return R"({"token":[)" + json_text(percent_decoded(sent)) + "]}"; },
        [](std::string const& sent) { return "{" + json_text(percent_decoded(sent)) + R"(:["Unknown"]})"; },
        // Where the text is cut, a part of a secret would remain.
        [](std::string const& sent) {
            return R"({"detail":)" + json_text(std::string(290, '.') + percent_decoded(sent)) + "}";
        },
    };
    for (auto const& echo : echoes) {
        auto const why = failure_of_echo(call, echo);
        BOOST_TEST_CONTEXT(name << ": " << why.detail) {
            auto const shown = why.detail + why.code + why.oauth_error;
            for (auto const& each : secrets) {
                BOOST_TEST(shown.find(each.reveal()) == std::string::npos);
                BOOST_TEST(percent_decoded(shown).find(each.reveal()) == std::string::npos);
            }
            BOOST_TEST(why.detail.find("....f") == std::string::npos);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redaction)

BOOST_AUTO_TEST_CASE(secrets_in_a_text) {
    std::vector<secret> const secrets{
        secret("fake-one"), secret("fake-one-longer"), secret("a/b c"), secret("the")
    };
    BOOST_TEST(redacted("nothing of the kind", secrets) == "nothing of the kind");
    BOOST_TEST(redacted("fake-one", secrets) == "[redacted]");
    BOOST_TEST(redacted("x fake-one-longer, fake-one.", secrets) == "x [redacted], [redacted].");
    BOOST_TEST(redacted("fake-onefake-one", secrets) == "[redacted][redacted]");
    BOOST_TEST(redacted("a/b c and a%2Fb%20c", secrets) == "[redacted] and [redacted]");
    BOOST_TEST(redacted("fake-on", secrets) == "fake-on");
    BOOST_TEST(redacted("", secrets).empty());
    BOOST_TEST(redacted("fake-one", {}) == "fake-one");
    std::vector<secret> const of_the_mark{secret("redacted")};
    BOOST_TEST(redacted("redacted", of_the_mark) == "[redacted]");
}

BOOST_AUTO_TEST_CASE(no_call_repeats_its_secrets) {
    auto const app_secret = app.client_secret;
    auto const oauth_secret = oauth.client_secret;
    check_hidden("list issues", [](sentry::client& c) { return c.list_issues(org, {}, token); }, {token});
    check_hidden("find event", [](sentry::client& c) { return c.latest_event(org, "1", token); }, {token});
    check_hidden("resolve", [](sentry::client& c) { return c.resolve_issue(org, "1", token); }, {token});
    check_hidden(
        "find installation",
        [](sentry::client& c) { return c.find_installation(installation, token); },
        {token}
    );
    check_hidden(
        "mark installed", [](sentry::client& c) { return c.mark_installed(installation, token); }, {token}
    );
    check_hidden(
        "exchange code",
        [](sentry::client& c) { return c.exchange_code(app, installation, code); },
        {code, app_secret}
    );
    check_hidden(
        "refresh",
        [](sentry::client& c) { return c.refresh_with_token(app, installation, refresh_token); },
        {refresh_token, app_secret}
    );
    check_hidden(
        "exchange OAuth code",
        [](sentry::client& c) {
            return c.exchange_oauth_code(oauth, code, "https://t.example/cb", verifier);
        },
        {code, verifier, oauth_secret}
    );
    check_hidden(
        "refresh OAuth",
        [](sentry::client& c) { return c.refresh_oauth(oauth, refresh_token); },
        {refresh_token, oauth_secret}
    );
    check_hidden(
        "revoke OAuth", [](sentry::client& c) { return c.revoke_oauth(oauth, token); }, {token, oauth_secret}
    );
}

BOOST_AUTO_TEST_CASE(an_assertion_is_not_repeated) {
    auto const why = failure_of_echo(
        [](sentry::client& c) { return c.refresh_with_jwt(app, installation); },
        [](std::string const& sent) { return R"({"detail":)" + json_text("Bad: " + sent) + "}"; }
    );
    BOOST_TEST(why.detail.starts_with("Bad: [redacted] "));
}

BOOST_AUTO_TEST_SUITE_END()
