#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/http/client.hpp>
#include <tocsin/http/server.hpp>
#include <tocsin/json/document.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <sandbox/sandbox.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::test {

inline constexpr char const* fake_client_id = "fake-client-id";
inline constexpr char const* fake_secret = "fake-client-secret-for-tests";
inline constexpr char const* fake_oauth_client_id = "fake-oauth-client-id";
inline constexpr char const* fake_oauth_secret = "fake-oauth-secret-for-tests";
inline constexpr char const* callback = "https://tocsin.example/oauth/sentry/callback";

/// An app's webhook endpoint that records requests and sends prepared responses.
class receiver {
public:
    explicit receiver(async::executor executor);

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/webhooks/sentry"; }
    async::task<> stop() { return server_.drain(std::chrono::seconds(2)); }

    std::vector<http::request> requests;
    std::deque<http::response> responses;  ///< used in order; 200 if there is none

private:
    async::task<http::response> handle(http::request& request);

    http::server server_;
    std::uint16_t port_;
};

/// A sandbox with a manual clock, a receiver of its webhooks, and a client.
class sandbox_fixture {
public:
    explicit sandbox_fixture(async::executor on);

    using headers = std::vector<std::pair<std::string, std::string>>;

    async::task<http::exchange_result> exchange(
        http::method method,
        std::string target,
        std::string body = {},
        headers headers = {},
        http::client_options options = {}
    );
    /// All bytes of the response to a GET, until the connection ends.
    async::task<std::string> get_bytes(std::string target, std::string token);
    /// As `exchange`, but throws if there is no response. `token`: for the Authorization header.
    async::task<http::client_response> get(std::string target, std::string token = {});
    async::task<http::client_response> post(std::string target, std::string json, std::string token = {});
    async::task<http::client_response> put(std::string target, std::string json, std::string token = {});
    async::task<http::client_response> post_form(std::string target, headers form, headers headers = {});
    async::task<http::client_response> remove(std::string target, std::string token = {});

    /// An installation, and its tokens if the code was exchanged.
    struct connection {
        std::string uuid;
        std::string code;
        std::string token;
        std::string refresh_token;
    };
    /// Installs through the control API and exchanges the code.
    async::task<connection> connect(std::string organization);
    /// Also confirms the installation.
    async::task<connection> connect_installed(std::string organization);

    std::string token_path(std::string const& uuid) const {
        return "/api/0/sentry-app-installations/" + uuid + "/authorizations/";
    }
    async::task<> stop();

    async::executor executor;
    manual_clock time;
    receiver app;
    sandbox::server server;
    std::uint16_t port;
};

/// Runs `body` with a new fixture and stops the fixture afterwards.
void run_with_fixture(async::task<> (*body)(sandbox_fixture&));

json::document parse(std::string_view text);
/// The text (or a number's text) at a path of member names; empty if there is none.
std::string text_at(json::document const& document, std::initializer_list<std::string_view> path);

/// A JSON object of texts, in order.
std::string json_object(std::initializer_list<std::pair<std::string_view, std::string_view>> members);

struct jwt_claims {
    std::string iss = fake_client_id;
    std::string sub = fake_client_id;
    std::int64_t exp = 0;
    std::string jti = "b8d0b7a6-0000-4000-8000-000000000001";
};
std::string client_secret_jwt(
    jwt_claims const& claims, std::string_view key = fake_secret, std::string_view algorithm = "HS256"
);

/// The hex HMAC-SHA256 for a webhook of the fixture's app.
std::string signature_of(std::string_view body, std::string_view key = fake_secret);

}  // namespace tocsin::test

/// A test case that is a coroutine, with a `sandbox_fixture& fixture`.
#define SANDBOX_TEST(name)                                                  \
    static tocsin::async::task<> name##_in(tocsin::test::sandbox_fixture&); \
    BOOST_AUTO_TEST_CASE(name) {                                            \
        tocsin::test::run_with_fixture(name##_in);                          \
    }                                                                       \
    static tocsin::async::task<> name##_in(tocsin::test::sandbox_fixture& fixture)
