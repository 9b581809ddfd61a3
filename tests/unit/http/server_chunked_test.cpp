#include "chunked_cases.hpp"
#include "server_fixture.hpp"

#include <tocsin/http/server.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>

namespace {

using namespace tocsin::tests;
using namespace std::chrono_literals;

std::string whole(std::string_view data) {
    return chunked_request(chunk(data) + std::string(last_chunk));
}

std::string const expecting = "Expect: 100-continue\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(chunked)

BOOST_AUTO_TEST_CASE(every_case_on_a_route_that_accepts_chunked_bodies) {
    server_fixture s;
    for (auto const& c : chunked_cases()) {
        if (c.status == 0) continue;
        BOOST_TEST_CONTEXT(c.name) {
            auto const all = s.answers(c.bytes + last_request);
            BOOST_REQUIRE(all.size() == (c.status == 200 ? 2U : 1U));
            BOOST_TEST(all[0].status == c.status);
            BOOST_TEST(all[0].has("\r\nConnection: close\r\n") == (c.status != 200));
            if (c.status == 200) BOOST_TEST(all[0].body == c.body);
        }
    }
}

BOOST_AUTO_TEST_CASE(other_routes_refuse_every_case) {
    server_fixture s;
    for (auto const& c : chunked_cases()) {
        if (c.bytes.find("Transfer-Encoding: chunked\r\n\r\n") == std::string::npos) continue;
        for (std::string_view const path : {"/echo", "/nowhere", "/show/a", "/%2e%2e/a"}) {
            BOOST_TEST_CONTEXT(c.name << " to " << path) {
                auto bytes = c.bytes;
                bytes.replace(bytes.find(chunked_path), chunked_path.size(), path);
                auto const all = s.answers(bytes + last_request);
                BOOST_REQUIRE(all.size() == 1U);
                BOOST_TEST(all[0].status == 501);
                BOOST_TEST(all[0].has("\r\nConnection: close\r\n"));
            }
        }
    }
    BOOST_TEST(s.handled() == 0);
    for (auto const& e : s.exchanges()) BOOST_TEST(e.route == "refused");
}

BOOST_AUTO_TEST_CASE(a_large_chunked_body_arrives_completely) {
    server_fixture s;
    std::string body;
    for (int i = 0; body.size() < (std::size_t{3} << 20U); ++i) body += std::to_string(i) + ",";
    std::string chunks;
    for (std::size_t at = 0, size = 1; at < body.size(); at += size, size = 1 + size * 7 % 50'000)
        chunks += chunk(std::string_view(body).substr(at, size));
    for (auto const& bytes : {whole(body), chunked_request(chunks + std::string(last_chunk))}) {
        auto socket = s.connect();
        std::thread sender([&] { socket.send(bytes + whole("next") + last_request); });
        auto const first = socket.receive_answer();
        auto const second = socket.receive_answer();
        auto const third = socket.receive_answer();
        sender.join();
        BOOST_TEST((first.body == body));
        BOOST_TEST(second.body == "next");
        BOOST_TEST(third.status == 200);
    }
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_refused_when_its_chunk_is_announced) {
    server_fixture s;
    auto const a = s.answer(chunked_request("800001\r\n"));
    BOOST_TEST(a.status == 413);
    BOOST_TEST(s.exchanges().front().refusal == "body_too_large");
    BOOST_TEST(s.exchanges().front().route == chunked_path);
}

BOOST_AUTO_TEST_CASE(malformed_chunks_are_reported) {
    server_fixture s;
    s.answer(chunked_request("5;a=b\r\nhello\r\n0\r\n\r\n"));
    s.answer(chunked_request("5\r\nhello\r\n0\r\nX: a\r\n\r\n"));
    s.answer(chunked_request("5\nhello"));
    auto const exchanges = s.exchanges();
    BOOST_REQUIRE(exchanges.size() == 3U);
    BOOST_TEST(exchanges[0].refusal == "chunk_extension");
    BOOST_TEST(exchanges[1].refusal == "trailers");
    BOOST_TEST(exchanges[2].refusal == "chunk");
    for (auto const& e : exchanges) BOOST_TEST(e.route == chunked_path);
    BOOST_TEST(s.handled() == 0);
}

BOOST_AUTO_TEST_CASE(the_type_is_checked_and_encodings_are_refused) {
    server_fixture s;
    auto request = whole("{}");
    auto const at = request.find("application/json");
    BOOST_TEST(s.answer(request.replace(at, 16, "text/plain")).status == 415);
    BOOST_TEST(s.answer(chunked_request("2\r\n{}\r\n0\r\n\r\n", "Content-Encoding: gzip\r\n")).status == 415);
}

BOOST_AUTO_TEST_CASE(a_slow_chunked_body_is_408) {
    server_fixture s({.body_deadline = 60ms});
    for (std::string const body : {"", "5", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n0\r\n"}) {
        BOOST_TEST_CONTEXT(body) {
            BOOST_TEST(s.answer(chunked_request(body)).status == 408);
        }
    }
    for (auto const& e : s.exchanges()) BOOST_TEST(e.refusal == "body_timeout");
    BOOST_TEST(s.handled() == 0);
}

BOOST_AUTO_TEST_CASE(only_data_extends_the_deadline) {
    server_fixture s({.body_deadline = 100ms});
    auto socket = s.connect();
    socket.send(chunked_request(""));
    // More than 16 KiB on the wire would extend the deadline by two seconds, but the data is less than 1 KiB.
    std::string lines;
    for (int i = 0; i < 800; ++i) lines += "0000000000000001\r\na\r\n";
    auto const start = std::chrono::steady_clock::now();
    socket.send(lines);
    BOOST_TEST(socket.receive_answers().front().status == 408);
    BOOST_TEST((std::chrono::steady_clock::now() - start < 1900ms));
}

BOOST_AUTO_TEST_CASE(continue_is_sent_before_a_chunked_body) {
    server_fixture s;
    auto socket = s.connect();
    socket.send(chunked_request("", expecting + "Connection: close\r\n"));
    BOOST_TEST(socket.receive_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    socket.send(chunk("{}"));
    socket.send(last_chunk);
    BOOST_TEST(socket.receive_answer().body == "{}");
    auto refused = chunked_request("", expecting);
    refused.replace(refused.find(chunked_path), chunked_path.size(), "/echo");
    BOOST_TEST(s.answer(refused).status == 501);
}

BOOST_AUTO_TEST_CASE(chunks_count_as_bytes_in_flight_when_they_arrive) {
    server_fixture s({.max_bytes_in_flight = 1000});
    auto holder = s.connect();
    holder.send(post_request("/wait", std::string(600, ' ')));
    s.wait_for_requests_at_gate(1);
    auto announced = s.connect();
    announced.send(chunked_request("3e8\r\n"));
    BOOST_TEST(s.answer(whole(std::string(401, ' '))).body == "overloaded");
    BOOST_TEST(
        s.answer(chunked_request(chunk(std::string(300, ' ')) + chunk(std::string(101, ' ')))).body ==
        "overloaded"
    );
    BOOST_TEST(s.answers(whole(std::string(400, ' ')) + last_request).front().status == 200);
    s.open_gate();
    BOOST_TEST(holder.receive_answer().status == 200);
    BOOST_TEST(s.answers(whole(std::string(1000, ' ')) + last_request).front().status == 200);
    BOOST_TEST(s.answer(whole(std::string(1001, ' '))).body == "overloaded");
}

BOOST_AUTO_TEST_CASE(a_peer_may_disconnect_in_a_chunked_body) {
    server_fixture s;
    for (auto const& bytes : {chunked_request("5\r\nhel"), chunked_request("5"), chunked_request("")}) {
        auto socket = s.connect();
        socket.send(bytes);
        socket.close();
    }
    BOOST_TEST(s.answers(last_request).size() == 1U);
    BOOST_TEST(s.handled() == 1);
}

BOOST_AUTO_TEST_CASE(a_trailing_slash_is_accepted_by_the_route) {
    server_fixture s;
    auto const with_slash = [](std::string request) { return request.insert(request.find(' ', 5), "/"); };
    BOOST_TEST(s.answers(with_slash(whole("{}")) + last_request).front().body == "{}");
    BOOST_TEST(s.exchanges().front().route == chunked_path);
    BOOST_TEST(s.answer(with_slash(with_slash(whole("{}")))).status == 501);
    BOOST_TEST(s.answer(with_slash(post_request("/echo", "{}"))).status == 404);
    auto const wrong = s.answers(get_request(std::string(chunked_path) + "/") + last_request).front();
    BOOST_TEST(wrong.status == 405);
    BOOST_TEST(wrong.field("Allow") == "POST");
}

BOOST_AUTO_TEST_SUITE_END()
