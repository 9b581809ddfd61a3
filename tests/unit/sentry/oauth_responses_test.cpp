#include <tocsin/sentry/responses.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::sentry;

namespace {

timestamp const now = *parse_rfc3339("2026-03-02T09:00:00Z");

std::string response(std::string const& from = "", std::string const& to = "") {
    std::string body =
        R"({"access_token":"fake-access-token","refresh_token":"fake-refresh-token","expires_in":2591999,)"
        R"("expires_at":"2026-04-01T09:00:00.000000Z","token_type":"bearer","scope":"org:read event:read",)"
        R"("user":{"id":"1","name":"","email":null},"organization_id":"4509877862268928"})";
    if (!from.empty()) body.replace(body.find(from), from.size(), to);
    return body;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(oauth_responses)

BOOST_AUTO_TEST_CASE(token_response_is_decoded) {
    auto const tokens = decode_oauth_token_set(response(), now);
    BOOST_REQUIRE(tokens.has_value());
    BOOST_TEST(tokens->access_token.reveal() == "fake-access-token");
    BOOST_TEST(tokens->refresh_token.value().reveal() == "fake-refresh-token");
    BOOST_TEST(to_rfc3339(tokens->expires_at.value()) == "2026-04-01T08:59:59.000000Z");
    BOOST_TEST(tokens->organization_id == "4509877862268928");
    BOOST_TEST(
        tokens->scopes == (std::vector<std::string>{"event:read", "org:read"}),
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(optional_fields) {
    struct {
        char const* name;
        std::string body;
    } const valid[]{
        {"no refresh token", response(R"("fake-refresh-token")", "null")},
        {"no lifetime", response("2591999", "null")},
        {"the type in capitals", response(R"("bearer")", R"("BEARER")")},
        {"no scope", response(R"("org:read event:read")", "null")},
        {"two spaces", response("org:read event:read", " org:read  event:read ")},
        {"an organization's id as a number", response(R"("4509877862268928")", "4509877862268928")},
        {"required fields only", R"({"access_token":"fake","token_type":"Bearer"})"},
    };
    for (auto const& row : valid)
        BOOST_TEST_CONTEXT(row.name) BOOST_TEST(decode_oauth_token_set(row.body, now).has_value());
    BOOST_TEST(!decode_oauth_token_set(valid[0].body, now)->refresh_token);
    BOOST_TEST(!decode_oauth_token_set(valid[1].body, now)->expires_at);
    BOOST_TEST(decode_oauth_token_set(valid[4].body, now)->scopes.size() == 2);

    auto const long_lived = decode_oauth_token_set(response("2591999", "9223372036854775807"), now);
    BOOST_TEST((long_lived->expires_at.value() == now + std::chrono::days(366)));
    auto const twice = decode_oauth_token_set(response("org:read event:read", "a b a"), now);
    BOOST_TEST(twice->scopes.size() == 2);
}

BOOST_AUTO_TEST_CASE(unusable_token_response_is_transient_and_in_doubt) {
    struct {
        char const* name;
        std::string body;
    } const table[]{
        {"empty", ""},
        {"HTML", "<!DOCTYPE html><html></html>"},
        {"truncated", response().substr(0, 80)},
        {"a list", "[]"},
        {"null", "null"},
        {"a number that crashes parsers", R"({"expires_in":0.00000000000000000001e-2147483639})"},
        {"gzip", "\x1f\x8b\x08" + std::string(20, '\x01')},
        {"no token", response(R"("access_token")", R"("accessToken")")},
        {"a token that is null", response(R"("fake-access-token")", "null")},
        {"an empty token", response(R"("fake-access-token")", R"("")")},
        {"a token with a line break", response("fake-access-token", R"(fake\r\nX-Evil: 1)")},
        {"a token with a space", response("fake-access-token", "fake token")},
        {"a token beyond ASCII", response("fake-access-token", "fak\xC3\xA9")},
        {"a token that is a number", response(R"("fake-access-token")", "5")},
        {"a token that is a list", response(R"("fake-access-token")", R"(["fake"])")},
        {"a token that is too long", response("fake-access-token", std::string(5000, 'x'))},
        {"a refresh token that is a number", response(R"("fake-refresh-token")", "5")},
        {"a refresh token that is empty", response(R"("fake-refresh-token")", R"("")")},
        {"a refresh token with a line break", response("fake-refresh-token", R"(fake\n)")},
        {"another type", response(R"("bearer")", R"("mac")")},
        {"no type", response(R"("token_type")", R"("type")")},
        {"a type that is a list", response(R"("bearer")", R"(["bearer"])")},
        {"a lifetime of zero", response("2591999", "0")},
        {"a negative lifetime", response("2591999", "-5")},
        {"a fraction", response("2591999", "2591999.5")},
        {"an exponent", response("2591999", "1e3")},
        {"beyond 64 bits", response("2591999", "92233720368547758080")},
        {"a lifetime that is a string", response("2591999", R"("2591999")")},
        {"a lifetime that is NaN", response("2591999", "NaN")},
        {"a lifetime that is true", response("2591999", "true")},
        {"scopes that are a list", response(R"("org:read event:read")", R"(["org:read"])")},
        {"scopes that are a number", response(R"("org:read event:read")", "5")},
        {"an organization that is an object", response(R"("4509877862268928")", R"({"id":"1"})")},
        {"an organization without id", response(R"("4509877862268928")", R"("")")},
        {"an organization with a space", response("4509877862268928", "1 2")},
        {"a duplicate member", response(R"("user")", R"("access_token":"other","user")")},
        {"trailing data", response() + "{}"},
        {"too large", response("fake-refresh-token", std::string(70'000, 'x'))},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(row.name) {
            auto const tokens = decode_oauth_token_set(row.body, now);
            BOOST_REQUIRE(!tokens.has_value());
            BOOST_TEST(to_string(tokens.error().kind) == "transient");
            BOOST_TEST(tokens.error().in_doubt);
            BOOST_TEST(tokens.error().detail.find("fake") == std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
