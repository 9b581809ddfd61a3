#include "server_fixture.hpp"

#include <tocsin/http/server.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <sys/resource.h>

namespace {

using namespace tocsin::tests;
using namespace std::chrono_literals;
using tocsin::http::server_options;

std::string post_head(std::string const& path, std::string const& fields) {
    return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + fields +
           "\r\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(continue_is_sent_only_for_an_accepted_body) {
    server_fixture s;
    auto socket = s.connect();
    socket.send(post_head("/echo", "Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n"));
    BOOST_TEST(socket.receive_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    socket.send("{}");
    BOOST_TEST(socket.receive_answer().body == "{}");

    BOOST_TEST(
        s.answer(post_head("/echo", "Content-Length: 1001\r\nExpect: 100-continue\r\n")).status == 413
    );
    BOOST_TEST(
        s.answer(post_head("/nowhere", "Content-Length: 2\r\nExpect: 100-continue\r\n")).status == 404
    );
    BOOST_TEST(
        s.answer("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
            .status == 415
    );
    // Not if the body is already there, or there is none.
    BOOST_TEST(
        s.answers(post_request("/echo", "{}", "Expect: 100-continue\r\n") + last_request).front().status ==
        200
    );
    BOOST_TEST(
        s.answers(post_head("/maybe", "Content-Length: 0\r\nExpect: 100-continue\r\n") + last_request)
            .front()
            .status == 200
    );
}

BOOST_AUTO_TEST_CASE(a_large_body_arrives_completely) {
    server_fixture s;
    std::string body;
    for (int i = 0; body.size() < (std::size_t{3} << 20U); ++i) body += std::to_string(i) + ",";
    auto socket = s.connect();
    std::thread sender([&] { socket.send(post_request("/large", body) + last_request); });
    auto const first = socket.receive_answer();
    auto const second = socket.receive_answer();
    sender.join();
    BOOST_TEST((first.body == body));
    BOOST_TEST(second.status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_refused_before_it_arrives) {
    server_fixture s;
    auto socket = s.connect();
    socket.send(post_head("/large", "Content-Length: 8388609\r\n"));
    BOOST_TEST(socket.receive_answer().status == 413);
    // A client that sends it nevertheless still gets the response.
    auto sender = s.connect();
    sender.send(post_head("/echo", "Content-Length: 1000000\r\n"));
    for (int i = 0; i < 1000; ++i) sender.send(std::string(1000, 'a'));
    sender.shutdown_send();
    auto const all = sender.receive_answers();
    BOOST_REQUIRE(all.size() == 1U);
    BOOST_TEST(all[0].status == 413);
}

BOOST_AUTO_TEST_CASE(a_slow_header_section_is_408) {
    server_fixture s({.header_deadline = 60ms});
    auto const a = s.answer("GET / HTTP/1.1\r\nHost: loc");
    BOOST_TEST(a.status == 408);
    BOOST_TEST(a.has("Connection: close"));
    BOOST_TEST(s.exchanges().front().refusal == "head_timeout");
    // The time starts at the first byte, also on a connection that is kept alive.
    auto const all = s.answers(get_request("/") + "GET / HT");
    BOOST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all[1].status == 408);
}

BOOST_AUTO_TEST_CASE(single_bytes_do_not_extend_the_deadline) {
    server_fixture s({.header_deadline = 100ms});
    auto socket = s.connect();
    auto const start = std::chrono::steady_clock::now();
    std::string const head = "GET / HTTP/1.1\r\nX-A: " + std::string(4000, 'a');
    // Each byte is sent when the server has had time to read the previous one. It responds long before all of
    // them are sent.
    pollfd answered{.fd = socket.socket().native_handle(), .events = POLLIN, .revents = 0};
    std::size_t sent = 0;
    while (sent < head.size() && ::poll(&answered, 1, 5) == 0) socket.send(head.substr(sent++, 1));
    BOOST_TEST(socket.receive_answers().front().status == 408);
    BOOST_TEST(sent < 1000U);
    BOOST_TEST((std::chrono::steady_clock::now() - start < 5s));
}

BOOST_AUTO_TEST_CASE(a_slow_body_is_408) {
    server_fixture s({.body_deadline = 60ms});
    auto const a = s.answer(post_head("/echo", "Content-Length: 10\r\n") + "{");
    BOOST_TEST(a.status == 408);
    BOOST_TEST(s.exchanges().front().refusal == "body_timeout");
    BOOST_TEST(s.exchanges().front().route == "/echo");
    BOOST_TEST(s.handled() == 0);
}

BOOST_AUTO_TEST_CASE(a_silent_connection_is_closed_without_a_response) {
    server_fixture s({.header_deadline = 60ms, .idle_deadline = 60ms});
    BOOST_TEST(s.connect().receive_until_close().empty());
    BOOST_TEST(s.answers(get_request("/")).size() == 1U);
    BOOST_TEST(s.exchanges().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_dropped) {
    server_fixture s({.write_deadline = 60ms});
    boost::asio::ip::tcp::socket small(raw_socket::context(), boost::asio::ip::tcp::v4());
    small.set_option(boost::asio::socket_base::receive_buffer_size(4096));
    small.connect({boost::asio::ip::address_v4::loopback(), s.port()});
    raw_socket reader(std::move(small));
    reader.send(get_request("/big"));
    // Nothing is read before the server has closed the connection.
    auto const is_dropped = [&] { return !s.exchanges().empty() && s.server().connections() == 0; };
    while (!s.io().on_thread(is_dropped)) std::this_thread::yield();
    BOOST_TEST(reader.receive_until_close().size() < big_size);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_gives_way_to_another_reader) {
    server_fixture s({.small_body_reserve = 0, .max_response_bytes = big_size + big_size / 2});
    boost::asio::ip::tcp::socket small(raw_socket::context(), boost::asio::ip::tcp::v4());
    small.set_option(boost::asio::socket_base::receive_buffer_size(4096));
    small.connect({boost::asio::ip::address_v4::loopback(), s.port()});
    raw_socket slow(std::move(small));
    slow.send(get_request("/big"));
    slow.receive();
    auto fast = s.connect();
    fast.send(get_request("/big"));
    BOOST_TEST(fast.receive_answer().body.size() == big_size);
    BOOST_TEST(slow.receive_until_close().size() < big_size);
    BOOST_TEST(s.answers(last_request).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_response_that_does_not_fit_is_503) {
    server_fixture s({.max_response_bytes_per_owner = big_size - 1});
    auto const all = s.answers(get_request("/big") + last_request);
    BOOST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all[0].status == 503);
    BOOST_TEST(all[1].status == 200);
}

BOOST_AUTO_TEST_CASE(a_peer_may_disconnect_at_any_time) {
    server_fixture s;
    for (auto const& bytes :
         {std::string("GET / HT"), post_head("/echo", "Content-Length: 10\r\n") + "{", get_request("/wait")
         }) {
        auto socket = s.connect();
        socket.send(bytes);
        if (bytes.find("/wait") != std::string::npos) s.wait_for_requests_at_gate(1);
        socket.socket().set_option(boost::asio::socket_base::linger(true, 0)
        );  // a reset instead of an orderly close
        socket.close();
    }
    s.open_gate();
    BOOST_TEST(s.answers(last_request).size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_requests_of_a_connection_are_limited) {
    server_fixture s({.max_requests_per_connection = 2});
    auto const all = s.answers(get_request("/") + get_request("/") + get_request("/"));
    BOOST_REQUIRE(all.size() == 2U);
    BOOST_TEST(!all[0].has("Connection: close"));
    BOOST_TEST(all[1].has("Connection: close"));
}

BOOST_AUTO_TEST_CASE(a_connection_over_the_limit_takes_the_place_of_the_longest_idle_one) {
    server_fixture s({.max_connections = 2});
    auto first = s.connect();
    auto second = s.connect();
    for (auto* const each : {&first, &second, &first}) {
        each->send(get_request("/"));
        BOOST_TEST(each->receive_answer().status == 200);
    }
    auto third = s.connect();
    third.send(get_request("/"));
    BOOST_TEST(third.receive_answer().status == 200);
    BOOST_TEST(second.receive_until_close().empty());
    first.send(get_request("/"));
    BOOST_TEST(first.receive_answer().status == 200);
}

BOOST_AUTO_TEST_CASE(a_slow_header_section_gives_way_but_a_request_in_progress_does_not) {
    server_fixture s({.max_connections = 2});
    auto busy = s.connect();
    busy.send(get_request("/wait"));
    s.wait_for_requests_at_gate(1);
    auto slow = s.connect();
    slow.send("GET / HT");
    for (int i = 0; i < 3; ++i) {
        auto next = s.connect();
        next.send(get_request("/"));
        BOOST_TEST(next.receive_answer().status == 200);
    }
    BOOST_TEST(slow.receive_until_close().empty());
    auto also_busy = s.connect();
    also_busy.send(get_request("/wait"));
    s.wait_for_requests_at_gate(2);
    BOOST_TEST(s.connect().receive_until_close().empty());
    s.open_gate();
    BOOST_TEST(busy.receive_answer().status == 200);
    BOOST_TEST(also_busy.receive_answer().status == 200);
}

BOOST_AUTO_TEST_CASE(the_connections_of_a_peer_are_limited) {
    server_fixture s({.max_connections = 4, .max_connections_per_peer = 1});
    auto first = s.connect();
    first.send(get_request("/"));
    BOOST_TEST(first.receive_answer().status == 200);
    auto second = s.connect();
    second.send(get_request("/wait"));
    s.wait_for_requests_at_gate(1);
    BOOST_TEST(first.receive_until_close().empty());
    BOOST_TEST(s.connect().receive_until_close().empty());
    s.open_gate();
    BOOST_TEST(second.receive_answer().status == 200);
    BOOST_TEST(s.answers(last_request).size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_connections_of_a_trusted_proxy_are_not_limited) {
    server_fixture s({.trusted_proxies = {"127.0.0.0/8"}, .max_connections_per_peer = 1});
    auto first = s.connect();
    first.send(get_request("/"));
    BOOST_TEST(first.receive_answer().status == 200);
    BOOST_TEST(s.answers(last_request).size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_bytes_in_flight_are_limited) {
    server_fixture s({.max_bytes_in_flight = 1000});
    auto holder = s.connect();
    holder.send(post_request("/wait", std::string(600, ' ')));
    s.wait_for_requests_at_gate(1);

    auto const refused = s.answer(post_request("/wait-own", std::string(401, ' ')));
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(refused.field("Retry-After") == "1");
    BOOST_TEST(refused.has("Connection: close"));
    auto const own = s.answer(post_request("/wait", std::string(401, ' ')));
    BOOST_TEST(own.status == 500);
    BOOST_TEST(own.body == "overloaded");
    BOOST_TEST(s.answers(post_request("/echo", std::string(400, ' ')) + last_request).front().status == 200);

    s.open_gate();
    BOOST_TEST(holder.receive_answer().status == 200);
    BOOST_TEST(
        s.answers(post_request("/large", std::string(1000, ' ')) + last_request).front().status == 200
    );
    BOOST_TEST(s.answer(post_request("/large", std::string(1001, ' '))).body == "overloaded");
}

BOOST_AUTO_TEST_CASE(announced_bytes_take_no_room) {
    server_fixture s({.max_bytes_in_flight = 1000});
    std::vector<raw_socket> announced;
    for (int i = 0; i < 8; ++i) {
        announced.push_back(s.connect());
        announced.back().send(post_head("/large", "Content-Length: 1000\r\n") + "{");
    }
    BOOST_TEST(s.answers(post_request("/echo", std::string(900, ' ')) + last_request).front().status == 200);
}

BOOST_AUTO_TEST_CASE(a_stalled_body_makes_room_for_one_that_arrives) {
    server_fixture s({.max_bytes_in_flight = 1000});
    auto stalled = s.connect();
    stalled.send(post_head("/large", "Content-Length: 1000\r\nExpect: 100-continue\r\n"));
    stalled.receive_until("\r\n\r\n");
    stalled.send(std::string(800, ' '));
    // The second body is refused until the first one has arrived, and then takes its place.
    auto const other = post_request("/echo", std::string(900, ' ')) + last_request;
    BOOST_TEST(s.answers(other).front().status == 200);
    stalled.send(std::string(150, ' '));
    auto const dropped = stalled.receive_answers();
    BOOST_REQUIRE(dropped.size() == 1U);
    BOOST_TEST(dropped[0].body == "overloaded");
}

BOOST_AUTO_TEST_CASE(the_bytes_of_a_peer_are_limited) {
    server_fixture s({.max_bytes_in_flight_per_peer = 1000});
    auto holder = s.connect();
    holder.send(post_request("/wait", std::string(600, ' ')));
    s.wait_for_requests_at_gate(1);
    BOOST_TEST(s.answer(post_request("/echo", std::string(401, ' '))).status == 503);
    BOOST_TEST(s.answers(post_request("/echo", std::string(400, ' ')) + last_request).front().status == 200);
}

BOOST_AUTO_TEST_CASE(what_has_arrived_does_not_excuse_a_stalled_body) {
    server_fixture s({.body_deadline = 60ms});
    auto const start = std::chrono::steady_clock::now();
    BOOST_TEST(
        s.answer(post_head("/large", "Content-Length: 1000000\r\n") + std::string(900'000, ' ')).status == 408
    );
    BOOST_TEST((std::chrono::steady_clock::now() - start < 5s));
}

BOOST_AUTO_TEST_CASE(accepting_continues_after_descriptors_ran_out) {
    boost::asio::io_context io{1};
    tocsin::http::server s(
        io.get_executor(),
        {{.method = tocsin::http::method::get,
          .pattern = "/",
          .handle = [](tocsin::http::request&) -> tocsin::async::task<tocsin::http::response> {
              co_return tocsin::http::response::text(200, "here");
          }}},
        {}
    );
    auto const port = s.listen("127.0.0.1", 0);
    io.poll();
    raw_socket client(port);
    client.send(last_request);
    rlimit before{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit none = before;
    none.rlim_cur = 0;
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    io.run_for(20ms);
    auto const accepted = s.connections();
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    BOOST_TEST(accepted == 0U);
    std::thread runner([&] { io.run(); });
    auto const all = client.receive_answers();
    BOOST_REQUIRE(all.size() == 1U);
    BOOST_TEST(all[0].body == "here");
    client.close();
    io.stop();
    runner.join();
}

BOOST_AUTO_TEST_CASE(draining_lets_requests_in_progress_finish) {
    server_fixture s;
    auto busy = s.connect();
    auto idle = s.connect();
    idle.send(get_request("/"));
    BOOST_TEST(idle.receive_answer().status == 200);
    busy.send(get_request("/wait"));
    s.wait_for_requests_at_gate(1);

    auto drained = s.io().start(s.server().drain(10s));
    BOOST_TEST(idle.receive_until_close().empty());
    BOOST_CHECK_THROW(s.connect(), boost::system::system_error);
    BOOST_CHECK(drained.wait_for(0s) == std::future_status::timeout);
    s.open_gate();
    auto const all = busy.receive_answers();
    BOOST_REQUIRE(all.size() == 1U);
    BOOST_TEST(all[0].body == "waited");
    BOOST_TEST(all[0].has("Connection: close"));
    busy.close();
    BOOST_REQUIRE(drained.wait_for(5s) == std::future_status::ready);
    BOOST_TEST(s.io().on_thread([&] { return s.server().connections(); }) == 0U);
}

BOOST_AUTO_TEST_CASE(connections_end_before_draining_begins) {
    server_fixture s;
    auto kept = s.connect();
    kept.send(get_request("/"));
    BOOST_TEST(!kept.receive_answer().has("Connection: close"));
    s.io().on_thread([&] { s.server().end_connections(); });
    kept.send(get_request("/"));
    BOOST_TEST(kept.receive_answers().front().has("Connection: close"));
    BOOST_TEST(s.answers(get_request("/")).front().status == 200);
}

BOOST_AUTO_TEST_CASE(draining_serves_connections_that_wait_to_be_accepted) {
    server_fixture s;
    std::vector<raw_socket> waiting;
    auto const drained = s.io().on_thread([&] {
        for (int i = 0; i < 3; ++i) {
            waiting.push_back(s.connect());
            waiting.back().send(get_request("/"));
        }
        return s.io().start(s.server().drain(10s));
    });
    for (auto& each : waiting) BOOST_TEST(each.receive_answers().front().status == 200);
}

BOOST_AUTO_TEST_CASE(draining_ends_at_its_limit) {
    server_fixture s;
    auto busy = s.connect();
    busy.send(get_request("/wait"));
    s.wait_for_requests_at_gate(1);
    s.io().run(s.server().drain(30ms));
    BOOST_TEST(s.io().on_thread([&] { return s.server().connections(); }) == 1U);
}

BOOST_AUTO_TEST_CASE(draining_an_idle_server_is_immediate) {
    server_fixture s;
    s.io().run(s.server().drain(10s));
    s.io().run(s.server().drain(10s));
    BOOST_CHECK_THROW(s.connect(), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(a_server_may_be_destroyed_while_a_handler_waits) {
    auto s = std::make_unique<server_fixture>();
    auto busy = s->connect();
    busy.send(get_request("/wait"));
    s->wait_for_requests_at_gate(1);
    s.reset();
    BOOST_TEST(busy.receive_until_close().empty());
}

BOOST_AUTO_TEST_SUITE_END()
