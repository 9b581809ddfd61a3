#include "fake_sentry.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>

using namespace tocsin;
using namespace tocsin::tests;
using namespace std::chrono_literals;

namespace {

secret const token{"fake-access-token"};
sentry::oauth_app const oauth{"fake-client", secret("fake-secret")};

using script = std::function<void(raw_socket&)>;

/// The expected failure of a call that must not be repeated.
struct row {
    std::string name;
    script serve;
    int http_status = 0;
    bool in_doubt = true;
    sentry::failure_kind kind = sentry::failure_kind::transient;
    std::optional<std::chrono::seconds> retry_after{};
};

script send(std::string bytes) {
    return [bytes = std::move(bytes)](raw_socket& s) {
        s.receive_request();
        s.send(bytes);
    };
}

script respond(
    std::string const& body, std::string const& fields = "", std::string const& status = "200 OK"
) {
    return send(http_response(body, fields, status));
}

script send_and_hang(std::string bytes) {
    return [bytes = std::move(bytes)](raw_socket& s) {
        s.receive_request();
        s.send(bytes);
        s.receive_until_close();
    };
}

/// Sends `first`, then `more` repeatedly until the client disconnects.
script flood(std::string first, std::string more) {
    return [first = std::move(first), more = std::move(more)](raw_socket& s) {
        s.receive_request();
        s.send(first);
        while (s.send(more)) {
        }
    };
}

void trickle(raw_socket& s) {
    s.receive_request();
    s.send("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
    pollfd gone{.fd = s.socket().native_handle(), .events = POLLIN, .revents = 0};
    while (::poll(&gone, 1, 5) == 0 && s.send("{")) {
    }
}

void reset(raw_socket& s) {
    s.receive_request();
    s.socket().set_option(boost::asio::socket_base::linger(true, 0));
    s.close();
}

void check(row const& expected, sentry::client_settings const& settings = {}) {
    scripted_server server(1, [&](int, raw_socket& s) { expected.serve(s); });
    auto const began = std::chrono::steady_clock::now();
    auto const got = call_sentry(
        server.port(),
        [](sentry::client& c) { return c.refresh_oauth(oauth, secret("fake-refresh")); },
        settings
    );
    BOOST_TEST_CONTEXT(expected.name) {
        BOOST_TEST((std::chrono::steady_clock::now() - began < 8s));
        BOOST_REQUIRE(!got.has_value());
        auto const& why = got.error();
        BOOST_TEST(to_string(why.kind) == to_string(expected.kind));
        BOOST_TEST(why.http_status == expected.http_status);
        BOOST_TEST(why.in_doubt == expected.in_doubt);
        BOOST_TEST((why.retry_after == expected.retry_after));
        BOOST_TEST(!why.detail.empty());
        BOOST_TEST(why.detail.size() <= 300);
        BOOST_TEST(why.detail.find("fake-") == std::string::npos);
    }
}

std::string const granted = R"({"access_token":"fake-a","refresh_token":"fake-r","token_type":"Bearer"})";
std::string const head_of_100_mib = "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(misbehaving)

BOOST_AUTO_TEST_CASE(too_slow) {
    sentry::client_settings settings;
    settings.timeout = 100ms;
    check({"nothing is read", [](raw_socket& s) { s.receive_until_close(); }}, settings);
    check({"no response", send_and_hang("")}, settings);
    check({"half a status line", send_and_hang("HTTP/1.1 2")}, settings);
    check({"no body", send_and_hang("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")}, settings);
    check(
        {"half a chunk", send_and_hang("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{")},
        settings
    );
    check({"a trickle", trickle}, settings);
    check({"endless interim responses", flood("", "HTTP/1.1 102 Processing\r\n\r\n")});
}

BOOST_AUTO_TEST_CASE(too_often) {
    using enum sentry::failure_kind;
    auto const limited = [](std::string const& fields) {
        return respond(
            "You are attempting to use this endpoint too frequently", fields, "429 Too Many Requests"
        );
    };
    row const table[]{
        {"seconds", limited("Retry-After: 17\r\n"), 429, false, rate_limited, 17s},
        {"a date", limited("Retry-After: Mon, 02 Mar 2026 09:00:20 GMT\r\n"), 429, false, rate_limited, 20s},
        {"a date in the past",
         limited("Retry-After: Mon, 02 Mar 2020 09:00:20 GMT\r\n"),
         429,
         false,
         rate_limited,
         1s},
        {"huge", limited("Retry-After: 99999999999999999999999\r\n"), 429, false, rate_limited, 3600s},
        {"zero", limited("Retry-After: 0\r\n"), 429, false, rate_limited, 1s},
        {"negative", limited("Retry-After: -5\r\n"), 429, false, rate_limited, std::nullopt},
        {"not a number", limited("Retry-After: soon\r\n"), 429, false, rate_limited, std::nullopt},
        {"missing", limited(""), 429, false, rate_limited, std::nullopt},
        {"Sentry's own header",
         limited("X-Sentry-Rate-Limit-Reset: 1772442003\r\n"),
         429,
         false,
         rate_limited,
         3s},
    };
    for (auto const& row : table) check(row);
}

BOOST_AUTO_TEST_CASE(server_errors) {
    check(
        {"500", respond(R"({"detail":"Internal Error","errorId":"1"})", "", "500 Internal Server Error"), 500}
    );
    check({"502", respond("<html>", "", "502 Bad Gateway"), 502});
    check(
        {"503",
         respond("", "Retry-After: 17\r\n", "503 Service Unavailable"),
         503,
         true,
         sentry::failure_kind::transient,
         17s}
    );
    check({"504", respond("", "", "504 Gateway Timeout"), 504});
    check({"an unknown status", respond("", "", "799 Odd"), 0});
}

BOOST_AUTO_TEST_CASE(unusable_success) {
    check({"HTML", respond("<!DOCTYPE html><html></html>", "Content-Type: text/html\r\n"), 200});
    check({"truncated", respond(granted.substr(0, 40)), 200});
    check({"a number bomb", respond(R"({"expires_in":0.00000000000000000001e-2147483639})"), 200});
    check({"deep", respond(std::string(100'000, '[')), 200});
    check({"gzip", respond("\x1f\x8b\x08" + std::string(30, '\x01'), "Content-Encoding: gzip\r\n"), 200});
    check({"204", send("HTTP/1.1 204 No Content\r\n\r\n"), 200});
    check({"truncated by its length", send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + granted), 200});
}

BOOST_AUTO_TEST_CASE(too_much) {
    check({"100 MiB announced", send_and_hang(head_of_100_mib)});
    check({"100 MiB sent", flood(head_of_100_mib, std::string(100'000, '{'))});
    check({"an endless body", flood("HTTP/1.1 200 OK\r\n\r\n", std::string(100'000, '{'))});
    check({"endless chunks", flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\n{{{{\r\n")}
    );
    check({"endless fields", flood("HTTP/1.1 200 OK\r\n", "X-Filler: " + std::string(1000, 'x') + "\r\n")});
}

BOOST_AUTO_TEST_CASE(broken_connections_and_framing) {
    check({"closed", [](raw_socket& s) { s.receive_request(); }});
    check({"reset", reset});
    check({"a length that is too long", send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + granted)});
    check({"two lengths", send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n" + granted)}
    );
    check({"a negative length", send("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + granted)});
    check(
        {"a line break in a field", send("HTTP/1.1 200 OK\r\nX-A: b\nX-C: d\r\nContent-Length: 2\r\n\r\n{}")}
    );
    check(
        {"a carriage return in a field", send("HTTP/1.1 200 OK\r\nX-A: b\rc\r\nContent-Length: 2\r\n\r\n{}")}
    );
    check({"not HTTP", send("SSH-2.0-OpenSSH_9.2\r\n\r\n")});
    boost::asio::ip::tcp::socket bound(raw_socket::context(), {boost::asio::ip::address_v4::loopback(), 0});
    auto const refused = call_sentry(bound.local_endpoint().port(), [](sentry::client& c) {
        return c.refresh_oauth(oauth, secret("fake-refresh"));
    });
    BOOST_TEST(to_string(refused.error().kind) == "transient");
    BOOST_TEST(!refused.error().in_doubt);
}

BOOST_AUTO_TEST_CASE(redirects_are_not_followed) {
    for (int const status : {301, 302, 303, 307, 308}) {
        boost::asio::ip::tcp::acceptor canary(
            raw_socket::context(), {boost::asio::ip::address_v4::loopback(), 0}
        );
        auto const location = "Location: http://127.0.0.1:" + std::to_string(canary.local_endpoint().port()) +
                              "/oauth/token/\r\n";
        check({"redirect", respond("", location, std::to_string(status) + " Elsewhere"), status, false});
        canary.non_blocking(true);
        boost::system::error_code failed;
        canary.accept(failed);
        BOOST_TEST((failed == boost::asio::error::would_block));
    }
}

BOOST_AUTO_TEST_CASE(empty_response_is_a_success_if_no_data_is_expected) {
    std::string requests;
    auto const revoked = call_scripted({"HTTP/1.1 204 No Content\r\n\r\n"}, requests, [](sentry::client& c) {
        return c.revoke_oauth(oauth, secret("fake-refresh"));
    });
    BOOST_TEST(revoked.has_value());
}

BOOST_AUTO_TEST_CASE(repeating_pages) {
    std::atomic<int> pages = 0;
    scripted_server server(10, [&](int n, raw_socket& s) {
        s.receive_request();
        ++pages;
        auto const cursor = n % 2 == 0 ? "0:100:0" : "0:200:0";
        s.send(http_response(
            R"([{"id":"1","slug":"checkout"}])",
            std::string(R"(Link: <u>; rel="next"; results="true"; cursor=")") + cursor + "\"\r\n"
        ));
    });
    auto const got =
        call_sentry(server.port(), [](sentry::client& c) { return c.list_projects("northwind", token); });
    BOOST_REQUIRE(!got.has_value());
    BOOST_TEST(to_string(got.error().kind) == "transient");
    BOOST_TEST(pages == 3);
}

BOOST_AUTO_TEST_SUITE_END()
