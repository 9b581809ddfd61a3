#include "lab.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/crypto/digest.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <exception>
#include <stdexcept>

namespace tocsin::test {

namespace {

timestamp const start = *parse_rfc3339("2026-03-02T09:14:05.120000Z");

sandbox::settings settings_for(receiver const& app, clock const& time) {
    sandbox::settings out;
    out.port = 0;
    out.app_client_id = fake_client_id;
    out.app_client_secret = secret(fake_secret);
    out.redirect_url = callback;
    out.oauth_client_id = fake_oauth_client_id;
    out.oauth_client_secret = secret(fake_oauth_secret);
    out.oauth_redirect_uri = callback;
    out.webhook_url = app.url();
    out.time = &time;
    return out;
}

async::task<> driven(async::task<> (*body)(lab&)) {
    lab here(co_await boost::asio::this_coro::executor);
    std::exception_ptr failed;
    try {
        co_await body(here);
    } catch (...) {
        failed = std::current_exception();
    }
    co_await here.stop();
    if (failed) std::rethrow_exception(failed);
}

}  // namespace

receiver::receiver(async::executor on)
    : server_(
          on,
          {http::route{
              http::method::post,
              "/webhooks/sentry",
              http::body_kind::any,
              8u << 20,
              [this](http::request& what) { return take(what); }
          }},
          {}
      ),
      port_(server_.listen("127.0.0.1", 0)) {}

async::task<http::response> receiver::take(http::request& what) {
    got.push_back(what);
    if (answers.empty()) co_return http::response::json(200, R"({"status":"accepted"})");
    auto out = std::move(answers.front());
    answers.pop_front();
    co_return out;
}

lab::lab(async::executor executor)
    : on(executor),
      time(start),
      app(executor),
      stand_in(executor, settings_for(app, time)),
      port(stand_in.listen()) {}

async::task<> lab::stop() {
    co_await stand_in.stop(std::chrono::seconds(2));
    co_await app.stop();
}

async::task<http::exchange_result> lab::exchange(
    http::method method, std::string target, std::string body, headers with, http::client_options how
) {
    http::client client(on, {false, "127.0.0.1", port}, how);
    http::client_request request;
    request.method = method;
    request.target = std::move(target);
    request.body = std::move(body);
    for (auto const& [name, value] : with) request.headers.add(name, value);
    co_return co_await client.send(std::move(request));
}

async::task<std::string> lab::bytes_of(std::string target, std::string token) {
    namespace asio = boost::asio;
    asio::ip::tcp::socket to(on);
    co_await to.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
    auto const request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token +
                         "\r\nConnection: close\r\n\r\n";
    co_await asio::async_write(to, asio::buffer(request), asio::use_awaitable);
    std::string out;
    co_await asio::async_read(
        to, asio::dynamic_buffer(out), asio::as_tuple(asio::use_awaitable)
    );  // ends with the connection
    co_return out;
}

namespace {

lab::headers headers_of(std::string const& token, bool json) {
    lab::headers out;
    if (json) out.emplace_back("Content-Type", "application/json");
    if (!token.empty()) out.emplace_back("Authorization", "Bearer " + token);
    return out;
}

}  // namespace

async::task<http::answer> lab::get(std::string target, std::string token) {
    co_return (co_await exchange(http::method::get, std::move(target), {}, headers_of(token, false))).value();
}

async::task<http::answer> lab::post(std::string target, std::string json, std::string token) {
    co_return (
        co_await exchange(http::method::post, std::move(target), std::move(json), headers_of(token, true))
    )
        .value();
}

async::task<http::answer> lab::put(std::string target, std::string json, std::string token) {
    co_return (
        co_await exchange(http::method::put, std::move(target), std::move(json), headers_of(token, true))
    )
        .value();
}

async::task<http::answer> lab::post_form(std::string target, headers form, headers with) {
    with.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    co_return (
        co_await exchange(http::method::post, std::move(target), http::form_encoded(form), std::move(with))
    )
        .value();
}

async::task<http::answer> lab::remove(std::string target, std::string token) {
    co_return (co_await exchange(http::method::delete_, std::move(target), {}, headers_of(token, false)))
        .value();
}

async::task<lab::connected> lab::connect(std::string organization) {
    auto const installed =
        parsed((co_await post("/control/installations", object({{"organization", organization}}))).body);
    connected out;
    out.uuid = at(installed, {"uuid"});
    out.code = at(installed, {"code"});
    auto const body = object(
        {{"grant_type", "authorization_code"},
         {"client_id", fake_client_id},
         {"client_secret", fake_secret},
         {"code", out.code}}
    );
    auto const answer = co_await post(token_path(out.uuid), body);
    if (answer.status != 201) throw std::runtime_error("no token: " + answer.body);
    auto const tokens = parsed(answer.body);
    out.token = at(tokens, {"token"});
    out.refresh_token = at(tokens, {"refreshToken"});
    co_return out;
}

async::task<lab::connected> lab::connect_installed(std::string organization) {
    auto out = co_await connect(std::move(organization));
    auto const answer = co_await put(
        "/api/0/sentry-app-installations/" + out.uuid + "/", R"({"status":"installed"})", out.token
    );
    if (answer.status != 200) throw std::runtime_error("not installed: " + answer.body);
    co_return out;
}

void run_in_lab(async::task<> (*body)(lab&)) {
    async::run_to_end(driven(body));
}

json::document parsed(std::string_view text) {
    return json::parse(text, json::root::object_or_array).value();
}

std::string at(json::document const& in, std::initializer_list<std::string_view> path) {
    auto const found = in.root().at(path);
    return std::string(found ? found->as_id_text().value_or("") : "");
}

std::string object(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
    std::string out = "{";
    for (auto const& [name, value] : members)
        out += (out.size() > 1 ? "," : "") + json_quoted(name) + ":" + json_quoted(value);
    return out + "}";
}

std::string client_secret_jwt(jwt_claims const& claims, std::string_view key, std::string_view algorithm) {
    auto const header = to_base64url(as_bytes(object({{"alg", algorithm}, {"typ", "JWT"}})));
    auto text = object({{"iss", claims.iss}, {"sub", claims.sub}, {"jti", claims.jti}});
    text.back() = ',';
    text += "\"exp\":" + std::to_string(claims.exp) + "}";
    auto const message = header + "." + to_base64url(as_bytes(text));
    crypto::hmac_sha256 mac{secret(std::string(key))};
    return message + "." + to_base64url(mac.sign(message));
}

std::string signature_of(std::string_view body, std::string_view key) {
    crypto::hmac_sha256 mac{secret(std::string(key))};
    return to_hex(mac.sign(body));
}

}  // namespace tocsin::test
