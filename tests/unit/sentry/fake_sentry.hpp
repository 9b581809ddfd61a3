#pragma once

#include "support/raw_http.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/sentry/client.hpp>

#include <boost/asio/this_coro.hpp>

#include <optional>
#include <string>
#include <utility>

namespace tocsin::tests {

inline timestamp const fake_now = *parse_rfc3339("2026-03-02T09:00:00Z");

inline std::string http_response(
    std::string const& body, std::string const& fields = "", std::string const& status = "200 OK"
) {
    return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + fields + "\r\n" + body;
}

/// The result of a call to a Sentry at this loopback port.
template <class Call>
auto call_sentry(std::uint16_t port, Call call, sentry::client_settings settings = {}) {
    settings.sentry = config::parse_base_url("http://127.0.0.1:" + std::to_string(port)).value();
    settings.user_agent = "Tocsin/test";
    using result = typename decltype(call(std::declval<sentry::client&>()))::value_type;
    std::optional<result> got;
    manual_clock const time(fake_now);
    async::run_to_end(
        [](auto&& run, sentry::client_settings const& configured, clock const& time_source, auto& slot
        ) -> async::task<> {
            sentry::client client(co_await boost::asio::this_coro::executor, configured, time_source);
            slot = co_await run(client);
        }(call, settings, time, got)
    );
    return std::move(got.value());
}

/// The result of a call to a Sentry that sends `responses` in order, each on a new connection. Appends the
/// requests to `requests`.
template <class Call>
auto call_scripted(std::vector<std::string> responses, std::string& requests, Call call) {
    scripted_server server(static_cast<int>(responses.size()), [&](int n, raw_socket& s) {
        requests += s.receive_request();
        s.send(responses[static_cast<std::size_t>(n)]);
    });
    return call_sentry(server.port(), std::move(call));
}

}  // namespace tocsin::tests
