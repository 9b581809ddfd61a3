#include "framing_cases.hpp"
#include "server_fixture.hpp"

#include <tocsin/http/server.hpp>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

namespace {

using namespace tocsin::tests;
using tocsin::http::server_options;

/// Follows a refused request, and must not be answered.
std::string const smuggled = "GET /show/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(serving)

BOOST_AUTO_TEST_CASE(a_request_and_its_response) {
    server_fixture s;
    auto const a = s.answer(get_request("/show/a%20b?q=1&r=x+y", "X-One: 1\r\nConnection: close\r\n"));
    BOOST_TEST(a.status == 200);
    BOOST_TEST(a.body == "a b /show/a%20b q=1 r=x y X-One:1");
    BOOST_TEST(a.has("\r\nConnection: close\r\n"));
    BOOST_TEST(a.field("Content-Type") == "text/plain; charset=utf-8");
    BOOST_TEST(!a.has("Server"));
    auto const exchanges = s.exchanges();
    BOOST_REQUIRE(exchanges.size() == 1U);
    BOOST_TEST(exchanges[0].route == "/show/{name}");
    BOOST_TEST(exchanges[0].method == "GET");
    BOOST_TEST(exchanges[0].status == 200);
    BOOST_TEST(exchanges[0].peer == "127.0.0.1");
    BOOST_TEST(exchanges[0].request_id.size() == 32U);
    BOOST_TEST(exchanges[0].refusal.empty());
}

BOOST_AUTO_TEST_CASE(each_response_has_the_id_of_its_request) {
    server_fixture s;
    auto const all =
        s.answers(get_request("/") + get_request("/fail") + get_request("/nowhere") + "GET\r\n\r\n");
    auto const exchanges = s.exchanges();
    BOOST_REQUIRE(all.size() == 4U);
    BOOST_REQUIRE(exchanges.size() == 4U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        BOOST_TEST(all[i].field("X-Request-Id") == exchanges[i].request_id);
        BOOST_TEST(exchanges[i].request_id.size() == 32U);
    }
    BOOST_TEST(all[0].body.ends_with(all[0].field("X-Request-Id")));
    BOOST_TEST(all[3].status == 400);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
    server_fixture s;
    auto const all = s.answers(
        get_request("/show/1") + post_request("/echo", "{\"a\":1}") + get_request("/show/3") + last_request +
        smuggled
    );
    BOOST_REQUIRE(all.size() == 4U);
    BOOST_TEST(all[0].body == "1 /show/1");
    BOOST_TEST(!all[0].has("Connection:"));
    BOOST_TEST(all[1].body == "{\"a\":1}");
    BOOST_TEST(all[2].body == "3 /show/3");
    BOOST_TEST(all[3].has("Connection: close"));
    std::set<std::string> ids;
    for (auto const& e : s.exchanges()) ids.insert(e.request_id);
    BOOST_TEST(ids.size() == 4U);
}

BOOST_AUTO_TEST_CASE(bytes_may_arrive_one_by_one) {
    server_fixture s;
    auto socket = s.connect();
    for (char const c : post_request("/echo", "{\"a\":1}") + last_request)
        socket.send(std::string_view(&c, 1));
    auto const all = socket.receive_answers();
    BOOST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all[0].body == "{\"a\":1}");
}

BOOST_AUTO_TEST_CASE(more_pipelined_requests_than_the_input_buffer_holds) {
    server_fixture s;
    std::string bytes;
    for (int i = 0; i < 200; ++i)
        bytes += get_request("/show/" + std::to_string(i), "X-Pad: " + std::string(250, 'p') + "\r\n");
    auto const all = s.answers(bytes + last_request);
    BOOST_REQUIRE(all.size() == 201U);
    BOOST_TEST(all[199].body.starts_with("199 "));
}

BOOST_AUTO_TEST_CASE(every_refusal_is_the_last_response_of_its_connection) {
    server_fixture s;
    for (auto const& c : framing_cases()) {
        if (c.status < 400) continue;
        BOOST_TEST_CONTEXT(c.name) {
            auto const all = s.answers(c.bytes + smuggled);
            BOOST_REQUIRE(all.size() == 1U);
            BOOST_TEST(all[0].status == c.status);
            BOOST_TEST(all[0].has("\r\nConnection: close\r\n"));
        }
    }
    BOOST_TEST(s.handled() == 0);
    for (auto const& e : s.exchanges()) {
        BOOST_TEST(e.route == "refused");
        BOOST_TEST(!e.refusal.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_after_an_accepted_request_is_the_last_response) {
    server_fixture s;
    auto const all = s.answers(
        get_request("/show/1") + "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 1\r\n\r\na" +
        smuggled
    );
    BOOST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all[0].status == 200);
    BOOST_TEST(all[1].status == 400);
}

BOOST_AUTO_TEST_CASE(requests_that_a_route_refuses) {
    server_fixture s({.allowed_hosts = {"localhost", "::1"}});
    auto const status = [&](std::string const& bytes) { return s.answer(bytes + smuggled).status; };
    auto const post = [](std::string const& fields, std::string const& body = "{}") {
        return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n" + body;
    };
    BOOST_TEST(status("GET / HTTP/1.1\r\nHost: elsewhere\r\n\r\n") == 421);
    BOOST_TEST(status("GET /nowhere HTTP/1.1\r\nHost: elsewhere\r\n\r\n") == 421);
    BOOST_TEST(status(get_request("/%2e%2e/etc")) == 400);
    BOOST_TEST(status(get_request("/?a=%00")) == 400);
    BOOST_TEST(status(post("Content-Length: 2\r\n")) == 415);
    BOOST_TEST(status(post("Content-Type: text/plain\r\nContent-Length: 2\r\n")) == 415);
    BOOST_TEST(
        status(
            post("Content-Type: application/json\r\nContent-Type: application/json\r\nContent-Length: 2\r\n")
        ) == 415
    );
    BOOST_TEST(
        status(post("Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n")) ==
        415
    );
    BOOST_TEST(
        status(post("Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Encoding: "
                    "br\r\nContent-Length: 2\r\n")) == 415
    );
    BOOST_TEST(status(post("Content-Type: application/json\r\n", "")) == 411);
    BOOST_TEST(
        status(post("Content-Type: application/json\r\nContent-Length: 1001\r\n", std::string(1001, 'a'))) ==
        413
    );
    BOOST_TEST(
        status(post("Content-Type: application/json\r\nContent-Length: 9999999999999999999\r\n")) == 413
    );
    BOOST_TEST(status("POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}") == 400);
    BOOST_TEST(status("POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}") == 404);
    BOOST_TEST(status("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}") == 405);
    BOOST_TEST(s.handled() == 0);
}

BOOST_AUTO_TEST_CASE(requests_that_a_route_accepts) {
    server_fixture s({.allowed_hosts = {"localhost", "::1"}});
    auto const status = [&](std::string const& bytes) {
        return s.answers(bytes + last_request).front().status;
    };
    BOOST_TEST(status("GET / HTTP/1.1\r\nHost: LocalHost:81\r\n\r\n") == 200);
    BOOST_TEST(status("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n") == 200);
    BOOST_TEST(status("GET /live HTTP/1.1\r\nHost: 10.1.2.3:8080\r\n\r\n") == 204);
    BOOST_TEST(status(post_request("/echo", "{}", "Content-Encoding: Identity\r\n")) == 200);
    BOOST_TEST(status(post_request("/echo", std::string(1000, ' '))) == 200);
    BOOST_TEST(status(post_request("/maybe", "{}")) == 200);
    BOOST_TEST(status("POST /maybe HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n") == 200);
    BOOST_TEST(
        status(
            "POST /maybe HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
        ) == 200
    );
    BOOST_TEST(
        s.answer("POST /maybe HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "
                 "1\r\n\r\na")
            .status == 415
    );
    BOOST_TEST(status("POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n") == 200);
    BOOST_TEST(status("DELETE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n") == 204);
}

BOOST_AUTO_TEST_CASE(not_found_and_wrong_method_keep_the_connection_if_there_is_no_body) {
    server_fixture s;
    auto const all = s.answers(
        get_request("/nowhere") + get_request("/echo") + "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n" +
        last_request
    );
    BOOST_REQUIRE(all.size() == 4U);
    BOOST_TEST(all[0].status == 404);
    BOOST_TEST(all[1].status == 405);
    BOOST_TEST(all[1].field("Allow") == "POST, DELETE");
    BOOST_TEST(all[2].status == 405);
    BOOST_TEST(all[2].field("Allow") == "GET, HEAD");
    auto const exchanges = s.exchanges();
    BOOST_TEST(exchanges[0].route == "unmatched");
    BOOST_TEST(exchanges[1].route == "/echo");
    BOOST_TEST(exchanges[2].method == "TRACE");
}

BOOST_AUTO_TEST_CASE(head_is_get_without_the_body) {
    server_fixture s;
    auto socket = s.connect();
    socket.send(
        "HEAD /show/a HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /nowhere HTTP/1.1\r\nHost: "
        "localhost\r\nConnection: close\r\n\r\n"
    );
    auto const all = socket.receive_until_close();
    BOOST_TEST(all.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(all.find("Content-Length: 9\r\n") != std::string::npos);
    BOOST_TEST(all.find("a /show/a") == std::string::npos);
    BOOST_TEST(all.ends_with("Connection: close\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(http_1_0_is_not_kept_alive) {
    server_fixture s;
    auto const a =
        s.answer("GET /show/a HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n" + smuggled);
    BOOST_TEST(a.status == 200);
    BOOST_TEST(a.has("Connection: close"));
}

BOOST_AUTO_TEST_CASE(framing_fields_of_handlers_are_ignored) {
    server_fixture s({.common_headers = {{"X-Common", "common"}, {"X-Frame-Options", "DENY"}}});
    auto const all = s.answers(
        get_request("/framing-fields") + get_request("/invalid-status") +
        "DELETE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n" + "BAD\r\n\r\n"
    );
    BOOST_REQUIRE(all.size() == 4U);
    BOOST_TEST(all[0].body == "abc");
    BOOST_TEST(!all[0].has("Transfer-Encoding"));
    BOOST_TEST(all[0].field("X-Common") == "own");
    BOOST_TEST(all[1].status == 500);
    BOOST_TEST(all[2].status == 204);
    BOOST_TEST(!all[2].has("Content-Length"));
    for (auto const& a : all) BOOST_TEST(a.field("X-Frame-Options") == "DENY");
    BOOST_TEST(s.answer("BAD\r\n\r\n").field("X-Common") == "common");
}

BOOST_AUTO_TEST_CASE(exceptions_of_handlers) {
    std::atomic<int> thrown = 0;
    server_options options;
    options.on_exception = [&](tocsin::http::request const&, std::exception_ptr) { ++thrown; };
    server_fixture s(options);
    auto const all = s.answers(get_request("/fail") + get_request("/fail-own") + last_request);
    BOOST_REQUIRE(all.size() == 3U);
    BOOST_TEST(all[0].status == 500);
    BOOST_TEST(all[0].body.find("deliberate failure") == std::string::npos);
    BOOST_TEST(all[1].status == 500);
    BOOST_TEST(all[1].body == "failed: deliberate failure");
    BOOST_TEST(all[2].status == 200);
    BOOST_TEST(thrown == 2);
}

BOOST_AUTO_TEST_CASE(the_problem_callback_writes_refusals) {
    server_options options;
    options.problem = [](int status, std::string_view detail, tocsin::http::request const* request) {
        if (status == 417) throw std::runtime_error("this fails too");
        return tocsin::http::response::json(
            200, std::to_string(status) + " " + std::string(detail) + (request ? request->target : " -")
        );
    };
    server_fixture s(options);
    BOOST_TEST(
        s.answer(get_request("/nowhere", "Connection: close\r\n")).body ==
        "404 There is nothing at this address./nowhere"
    );
    BOOST_TEST(s.answer(get_request("/nowhere", "Connection: close\r\n")).status == 404);
    BOOST_TEST(s.answer("GET / HTTP/1.1\r\n\r\n").body == "400 Exactly one valid Host field is required. -");
    BOOST_TEST(
        s.answer(get_request("/", "Expect: tea\r\n")).body ==
        "The only supported expectation is 100-continue.\n"
    );
}

BOOST_AUTO_TEST_CASE(the_client_behind_a_trusted_proxy) {
    server_fixture trusting({.trusted_proxies = {"127.0.0.0/8"}});
    server_fixture distrusting;
    auto const request = get_request("/", "X-Forwarded-For: 6.6.6.6, 203.0.113.5\r\nConnection: close\r\n");
    BOOST_TEST(trusting.answer(request).body.starts_with("hello 203.0.113.5 "));
    BOOST_TEST(trusting.exchanges().front().peer == "203.0.113.5");
    BOOST_TEST(distrusting.answer(request).body.starts_with("hello 127.0.0.1 "));
}

BOOST_AUTO_TEST_CASE(invalid_options) {
    io_thread io;
    auto const make = [&](server_options options) {
        io.on_thread([&] { tocsin::http::server const s(io.executor(), {}, options); });
    };
    BOOST_CHECK_THROW(make({.trusted_proxies = {"10.0.0.0/64"}}), std::invalid_argument);
    BOOST_CHECK_THROW(
        make({.tls_certificate_file = "/nonexistent", .tls_key_file = "/nonexistent"}),
        boost::system::system_error
    );
    BOOST_CHECK_THROW(make({.common_headers = {{"X", "a\r\nb"}}}), std::invalid_argument);
    server_fixture taken;
    BOOST_CHECK_THROW(
        io.on_thread([&] {
            tocsin::http::server s(io.executor(), {}, {});
            s.listen("127.0.0.1", taken.port());
        }),
        boost::system::system_error
    );
}

BOOST_AUTO_TEST_SUITE_END()
