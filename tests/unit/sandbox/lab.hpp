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

/// An app's webhook endpoint that keeps what it got and answers as told.
class receiver {
public:
    explicit receiver(async::executor on);

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/webhooks/sentry"; }
    async::task<> stop() { return server_.drain(std::chrono::seconds(2)); }

    std::vector<http::request> got;
    std::deque<http::response> answers;  ///< taken from the front; 200 when there is none

private:
    async::task<http::response> take(http::request& what);

    http::server server_;
    std::uint16_t port_;
};

/// The stand-in on its own loop with a clock that stands, a receiver of its webhooks, and a client.
class lab {
public:
    explicit lab(async::executor on);

    using headers = std::vector<std::pair<std::string, std::string>>;

    async::task<http::exchange_result> exchange(
        http::method method,
        std::string target,
        std::string body = {},
        headers with = {},
        http::client_options how = {}
    );
    /// Every byte of the answer to a GET, whatever it is, until the connection ends.
    async::task<std::string> bytes_of(std::string target, std::string token);
    /// As `exchange`, where an answer is expected. `token` goes into the Authorization header.
    async::task<http::answer> get(std::string target, std::string token = {});
    async::task<http::answer> post(std::string target, std::string json, std::string token = {});
    async::task<http::answer> put(std::string target, std::string json, std::string token = {});
    /// The pairs as a form.
    async::task<http::answer> post_form(std::string target, headers form, headers with = {});
    async::task<http::answer> remove(std::string target, std::string token = {});

    /// Installs on `organization` through the control API and exchanges the code: the answer of the token
    /// endpoint.
    struct connected {
        std::string uuid;
        std::string code;
        std::string token;
        std::string refresh_token;
    };
    async::task<connected> connect(std::string organization);
    /// Also tells the stand-in that the app is installed.
    async::task<connected> connect_installed(std::string organization);

    std::string token_path(std::string const& uuid) const {
        return "/api/0/sentry-app-installations/" + uuid + "/authorizations/";
    }
    async::task<> stop();

    async::executor on;
    manual_clock time;
    receiver app;
    sandbox::server stand_in;
    std::uint16_t port;
};

/// Runs `body` in a fresh lab and stops the lab, whatever happens.
void run_in_lab(async::task<> (*body)(lab&));

json::document parsed(std::string_view text);
/// The text (or number's text) at a path of member names; empty where there is none.
std::string at(json::document const& in, std::initializer_list<std::string_view> path);

/// A JSON object of texts, in order.
std::string object(std::initializer_list<std::pair<std::string_view, std::string_view>> members);

struct jwt_claims {
    std::string iss = fake_client_id;
    std::string sub = fake_client_id;
    std::int64_t exp = 0;
    std::string jti = "b8d0b7a6-0000-4000-8000-000000000001";
};
std::string client_secret_jwt(
    jwt_claims const& claims, std::string_view key = fake_secret, std::string_view algorithm = "HS256"
);

/// The hex HMAC-SHA256 that a webhook of the lab's app must carry.
std::string signature_of(std::string_view body, std::string_view key = fake_secret);

}  // namespace tocsin::test

/// A test case that is a coroutine with a fresh `lab& here`.
#define LAB_TEST(name)                                          \
    static tocsin::async::task<> name##_in(tocsin::test::lab&); \
    BOOST_AUTO_TEST_CASE(name) {                                \
        tocsin::test::run_in_lab(name##_in);                    \
    }                                                           \
    static tocsin::async::task<> name##_in(tocsin::test::lab& here)
