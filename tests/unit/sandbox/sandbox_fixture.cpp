#include "sandbox_fixture.hpp"

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

async::task<> run_and_stop(async::task<> (*body)(sandbox_fixture&)) {
    sandbox_fixture fixture(co_await boost::asio::this_coro::executor);
    std::exception_ptr failed;
    try {
        co_await body(fixture);
    } catch (...) {
        failed = std::current_exception();
    }
    co_await fixture.stop();
    if (failed) std::rethrow_exception(failed);
}

}  // namespace

receiver::receiver(async::executor executor)
    : server_(
          executor,
          {http::route{
              http::method::post,
              "/webhooks/sentry",
              http::body_kind::any,
              8u << 20,
              [this](http::request& request) { return handle(request); }
          }},
          {}
      ),
      port_(server_.listen("127.0.0.1", 0)) {}

async::task<http::response> receiver::handle(http::request& request) {
    requests.push_back(request);
    if (responses.empty()) co_return http::response::json(200, R"({"status":"accepted"})");
    auto out = std::move(responses.front());
    responses.pop_front();
    co_return out;
}

sandbox_fixture::sandbox_fixture(async::executor on)
    : executor(on), time(start), app(on), server(on, settings_for(app, time)), port(server.listen()) {}

async::task<> sandbox_fixture::stop() {
    co_await server.stop(std::chrono::seconds(2));
    co_await app.stop();
}

async::task<http::exchange_result> sandbox_fixture::exchange(
    http::method method, std::string target, std::string body, headers headers, http::client_options options
) {
    http::client client(executor, {false, "127.0.0.1", port}, options);
    http::client_request request;
    request.method = method;
    request.target = std::move(target);
    request.body = std::move(body);
    for (auto const& [name, value] : headers) request.headers.add(name, value);
    co_return co_await client.send(std::move(request));
}

async::task<std::string> sandbox_fixture::get_bytes(std::string target, std::string token) {
    namespace asio = boost::asio;
    asio::ip::tcp::socket socket(executor);
    co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
    auto const request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token +
                         "\r\nConnection: close\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    std::string out;
    co_await asio::async_read(socket, asio::dynamic_buffer(out), asio::as_tuple(asio::use_awaitable));
    co_return out;
}

namespace {

enum class content { json, none };

sandbox_fixture::headers headers_of(std::string const& token, content content) {
    sandbox_fixture::headers out;
    if (content == content::json) out.emplace_back("Content-Type", "application/json");
    if (!token.empty()) out.emplace_back("Authorization", "Bearer " + token);
    return out;
}

}  // namespace

async::task<http::client_response> sandbox_fixture::get(std::string target, std::string token) {
    co_return (co_await exchange(http::method::get, std::move(target), {}, headers_of(token, content::none)))
        .value();
}

async::task<http::client_response> sandbox_fixture::post(
    std::string target, std::string json, std::string token
) {
    co_return (co_await exchange(
                   http::method::post, std::move(target), std::move(json), headers_of(token, content::json)
               ))
        .value();
}

async::task<http::client_response> sandbox_fixture::put(
    std::string target, std::string json, std::string token
) {
    co_return (co_await exchange(
                   http::method::put, std::move(target), std::move(json), headers_of(token, content::json)
               ))
        .value();
}

async::task<http::client_response> sandbox_fixture::post_form(
    std::string target, headers form, headers headers
) {
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    co_return (
        co_await exchange(http::method::post, std::move(target), http::form_encoded(form), std::move(headers))
    )
        .value();
}

async::task<http::client_response> sandbox_fixture::remove(std::string target, std::string token) {
    co_return (
        co_await exchange(http::method::delete_, std::move(target), {}, headers_of(token, content::none))
    )
        .value();
}

async::task<sandbox_fixture::connection> sandbox_fixture::connect(std::string organization) {
    auto const installed =
        parse((co_await post("/control/installations", json_object({{"organization", organization}}))).body);
    connection out;
    out.uuid = text_at(installed, {"uuid"});
    out.code = text_at(installed, {"code"});
    auto const body = json_object(
        {{"grant_type", "authorization_code"},
         {"client_id", fake_client_id},
         {"client_secret", fake_secret},
         {"code", out.code}}
    );
    auto const response = co_await post(token_path(out.uuid), body);
    if (response.status != 201) throw std::runtime_error("no token: " + response.body);
    auto const tokens = parse(response.body);
    out.token = text_at(tokens, {"token"});
    out.refresh_token = text_at(tokens, {"refreshToken"});
    co_return out;
}

async::task<sandbox_fixture::connection> sandbox_fixture::connect_installed(std::string organization) {
    auto out = co_await connect(std::move(organization));
    auto const response = co_await put(
        "/api/0/sentry-app-installations/" + out.uuid + "/", R"({"status":"installed"})", out.token
    );
    if (response.status != 200) throw std::runtime_error("not installed: " + response.body);
    co_return out;
}

void run_with_fixture(async::task<> (*body)(sandbox_fixture&)) {
    async::run_to_end(run_and_stop(body));
}

json::document parse(std::string_view text) {
    return json::parse(text, json::root::object_or_array).value();
}

std::string text_at(json::document const& document, std::initializer_list<std::string_view> path) {
    auto const member = document.root().at(path);
    return std::string(member ? member->as_id_text().value_or("") : "");
}

std::string json_object(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
    std::string out = "{";
    for (auto const& [name, value] : members)
        out += (out.size() > 1 ? "," : "") + json_quoted(name) + ":" + json_quoted(value);
    return out + "}";
}

std::string client_secret_jwt(jwt_claims const& claims, std::string_view key, std::string_view algorithm) {
    auto const header = to_base64url(as_bytes(json_object({{"alg", algorithm}, {"typ", "JWT"}})));
    auto text = json_object({{"iss", claims.iss}, {"sub", claims.sub}, {"jti", claims.jti}});
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
