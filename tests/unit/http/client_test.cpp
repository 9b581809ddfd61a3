#include "server_fixture.hpp"

#include <tocsin/http/client.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <stdexcept>
#include <string>

namespace {

using namespace tocsin::tests;
using namespace tocsin::http;
using namespace std::chrono_literals;

/// A client with its own I/O thread.
class client_fixture {
public:
    explicit client_fixture(
        std::uint16_t port, client_options options = {}, std::string host = "127.0.0.1", bool https = false
    ) {
        io_.on_thread([&] {
            client_ = std::make_unique<client>(
                io_.executor(), origin{.https = https, .host = std::move(host), .port = port}, options
            );
        });
    }
    ~client_fixture() {
        io_.on_thread([&] { client_.reset(); });
    }
    client_fixture(client_fixture const&) = delete;
    client_fixture& operator=(client_fixture const&) = delete;

    exchange_result send(client_request request) { return io_.run(client_->send(std::move(request))); }
    exchange_result get(std::string target = "/") {
        return send({.method = method::get, .target = std::move(target), .headers = {}, .body = {}});
    }
    exchange_result post(std::string body) {
        return send({.method = method::post, .target = "/echo", .headers = {}, .body = std::move(body)});
    }

private:
    std::unique_ptr<client> client_;
    io_thread io_;
};

std::string ok(std::string const& body, std::string const& fields = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields + "\r\n" +
           body;
}

/// The result of a GET from a server that responds with `bytes` and closes the connection.
exchange_result get_response(std::string bytes, client_options options = {}) {
    scripted_server server(1, [&](int, raw_socket& s) {
        s.receive_request();
        s.send(bytes);
    });
    return client_fixture(server.port(), options).get();
}

transport_error kind_of(exchange_result const& result) {
    BOOST_REQUIRE(!result.has_value());
    return result.error().kind;
}

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(transport_error)

BOOST_AUTO_TEST_SUITE(calling)

BOOST_AUTO_TEST_CASE(the_bytes_of_a_request) {
    std::string received;
    scripted_server server(2, [&](int, raw_socket& s) {
        received += s.receive_request();
        s.send(ok("", "Connection: close\r\n"));
    });
    client_fixture c(server.port(), {.user_agent = "Tocsin/1"});
    client_request request{.method = method::post, .target = "/a%20b?c=d", .headers = {}, .body = "{}"};
    request.headers.add("Content-Type", "application/json");
    BOOST_TEST(c.send(request)->status == 200);
    BOOST_TEST(c.get()->status == 200);
    auto const common = "Host: 127.0.0.1:" + std::to_string(server.port()) +
                        "\r\nUser-Agent: Tocsin/1\r\nAccept-Encoding: identity\r\n";
    BOOST_TEST(
        received == "POST /a%20b?c=d HTTP/1.1\r\n" + common +
                        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" +
                        "GET / HTTP/1.1\r\n" + common + "\r\n"
    );
}

BOOST_AUTO_TEST_CASE(malformed_requests_throw) {
    client_fixture c(1);
    for (auto const* target : {"", "a", "http://localhost/", "/a b", "/a\r\nX: b", "/\xFF", "/a#b", "*"}) {
        BOOST_TEST_CONTEXT(target) {
            BOOST_CHECK_THROW(c.get(target), std::invalid_argument);
        }
    }
    for (auto const* name :
         {"Host", "content-length", "User-Agent", "Transfer-Encoding", "Connection", "Accept-Encoding"}) {
        client_request request{.method = method::get, .target = "/", .headers = {}, .body = {}};
        request.headers.add(name, "1");
        BOOST_TEST_CONTEXT(name) {
            BOOST_CHECK_THROW(c.send(request), std::invalid_argument);
        }
    }
    BOOST_CHECK_THROW(client_fixture(80, {}, "local host"), std::invalid_argument);
    BOOST_CHECK_THROW(client_fixture(80, {}, "a@b"), std::invalid_argument);
    BOOST_CHECK_THROW(client_fixture(80, {}, ""), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(responses_of_every_framing) {
    auto const length = get_response(ok("hello", "X-A: b\r\n"));
    BOOST_TEST(length->body == "hello");
    BOOST_TEST(length->headers.find("x-a").value() == "b");
    BOOST_TEST(
        get_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")
            ->body == "hello"
    );
    BOOST_TEST(get_response("HTTP/1.0 200 OK\r\n\r\nhello")->body == "hello");
    BOOST_TEST(get_response("HTTP/1.1 102 Processing\r\n\r\n" + ok("hello"))->body == "hello");
    BOOST_TEST(get_response("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")->status == 503);
}

BOOST_AUTO_TEST_CASE(a_redirect_is_a_response) {
    auto const result =
        get_response("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(result->status == 302);
    BOOST_TEST(result->headers.find("Location").value() == "http://127.0.0.1:1/");
}

BOOST_AUTO_TEST_CASE(a_name_without_addresses) {
    auto const result = client_fixture(80, {}, std::string(64, 'a') + ".invalid").get();
    BOOST_TEST(kind_of(result) == transport_error::resolve);
    BOOST_TEST(!result.error().sent);
}

BOOST_AUTO_TEST_CASE(connection_refused) {
    boost::asio::ip::tcp::socket bound(raw_socket::context(), {boost::asio::ip::address_v4::loopback(), 0});
    auto const result = client_fixture(bound.local_endpoint().port()).get();
    BOOST_TEST(kind_of(result) == transport_error::connect);
    BOOST_TEST(!result.error().sent);
    // A name may have several addresses. All of them are tried.
    BOOST_TEST(
        kind_of(client_fixture(bound.local_endpoint().port(), {}, "localhost").get()) ==
        transport_error::connect
    );
}

BOOST_AUTO_TEST_CASE(connecting_times_out) {
    using boost::asio::ip::tcp;
    tcp::acceptor busy(raw_socket::context(), tcp::v4());
    busy.bind({boost::asio::ip::address_v4::loopback(), 0});
    busy.listen(0);
    std::vector<tcp::socket> fillers;
    for (int i = 0; i < 4; ++i) {
        auto& filler = fillers.emplace_back(raw_socket::context(), tcp::v4());
        filler.native_non_blocking(true);
        auto const endpoint = busy.local_endpoint();
        // Does not wait.
        ::connect(filler.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
    }
    auto const result = client_fixture(busy.local_endpoint().port(), {.connect_deadline = 80ms}).get();
    BOOST_TEST(kind_of(result) == transport_error::connect);
    BOOST_TEST(result.error().detail.find("timed out") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_tls_handshake_times_out) {
    scripted_server server(1, [](int, raw_socket& s) { s.receive_until_close(); });
    auto const result = client_fixture(server.port(), {.connect_deadline = 80ms}, "localhost", true).get();
    BOOST_TEST(kind_of(result) == transport_error::tls);
    BOOST_TEST(!result.error().sent);
}

BOOST_AUTO_TEST_CASE(a_server_without_tls) {
    scripted_server server(1, [](int, raw_socket& s) { s.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
    BOOST_TEST(kind_of(client_fixture(server.port(), {}, "localhost", true).get()) == transport_error::tls);
}

BOOST_AUTO_TEST_CASE(the_response_times_out) {
    scripted_server server(1, [](int, raw_socket& s) { s.receive_until_close(); });
    auto const result = client_fixture(server.port(), {.total_deadline = 80ms}).get();
    BOOST_TEST(kind_of(result) == transport_error::timeout);
    BOOST_TEST(result.error().sent);
}

BOOST_AUTO_TEST_CASE(the_deadline_of_the_request_ends_the_call_earlier) {
    scripted_server server(1, [](int, raw_socket& s) { s.receive_until_close(); });
    auto const result = client_fixture(server.port())
                            .send(
                                {.method = method::get,
                                 .target = "/",
                                 .headers = {},
                                 .body = {},
                                 .deadline = std::chrono::steady_clock::now() + 80ms}
                            );
    BOOST_TEST(kind_of(result) == transport_error::timeout);
}

BOOST_AUTO_TEST_CASE(single_bytes_do_not_extend_the_deadline) {
    scripted_server server(1, [](int, raw_socket& s) {
        s.receive_request();
        pollfd closed{.fd = s.socket().native_handle(), .events = POLLIN, .revents = 0};
        s.send("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
        while (::poll(&closed, 1, 5) == 0 && s.send("a")) {
        }
    });
    auto const start = std::chrono::steady_clock::now();
    BOOST_TEST(
        kind_of(client_fixture(server.port(), {.total_deadline = 150ms}).get()) == transport_error::timeout
    );
    BOOST_TEST((std::chrono::steady_clock::now() - start < 5s));
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_read_the_request) {
    std::promise<void> timed_out;
    scripted_server server(1, [&](int, raw_socket& s) {
        s.receive_until("\r\n\r\n");
        timed_out.get_future().wait();
    });
    auto const result = client_fixture(server.port(), {.total_deadline = 150ms})
                            .post(std::string(std::size_t{32} << 20U, 'a'));
    timed_out.set_value();
    BOOST_TEST(kind_of(result) == transport_error::timeout);
}

BOOST_AUTO_TEST_CASE(connections_that_close_too_early) {
    for (auto const* bytes :
         {"",
          "HTTP/1.1 20",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
        auto const result = get_response(bytes);
        BOOST_TEST_CONTEXT(bytes) {
            BOOST_TEST(kind_of(result) == transport_error::closed);
            BOOST_TEST(result.error().sent);
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed_responses) {
    for (auto const* bytes :
         {"SSH-2.0-OpenSSH_9.2\r\n\r\n",
          "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
          "<html>\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello"}) {
        BOOST_TEST_CONTEXT(bytes) {
            BOOST_TEST(kind_of(get_response(bytes)) == transport_error::malformed);
        }
    }
}

BOOST_AUTO_TEST_CASE(responses_that_are_too_large) {
    client_options const small{.max_response = 1000};
    BOOST_TEST(
        kind_of(get_response("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", small)) ==
        transport_error::too_large
    );
    BOOST_TEST(
        kind_of(get_response("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'a'), small)) ==
        transport_error::too_large
    );
    scripted_server endless(1, [](int, raw_socket& s) {
        s.receive_request();
        s.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (s.send("1;" + std::string(1000, 'e') + "\r\na\r\n")) {
        }
    });
    BOOST_TEST(kind_of(client_fixture(endless.port(), small).get()) == transport_error::too_large);
}

BOOST_AUTO_TEST_CASE(a_response_before_the_request_was_read_is_used) {
    scripted_server server(1, [](int, raw_socket& s) {
        s.receive_until("\r\n\r\n");
        s.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        s.shutdown_send();
        s.receive_until_close();
    });
    BOOST_TEST(client_fixture(server.port()).post(std::string(1'000'000, 'a'))->status == 413);
}

BOOST_AUTO_TEST_CASE(connections_are_reused_for_get) {
    std::atomic<int> connections = 0;
    scripted_server server(2, [&](int n, raw_socket& s) {
        ++connections;
        for (int i = 0; i < 3; ++i) {
            s.receive_request();
            s.send(ok(std::to_string(n) + "." + std::to_string(i)));
        }
        s.receive_until_close();
    });
    client_fixture c(server.port());
    BOOST_TEST(c.get()->body == "0.0");
    BOOST_TEST(c.get()->body == "0.1");
    BOOST_TEST(c.get()->body == "0.2");
    BOOST_TEST(connections == 1);
}

BOOST_AUTO_TEST_CASE(other_methods_use_a_new_connection) {
    scripted_server server(2, [&](int n, raw_socket& s) {
        s.receive_request();
        s.send(ok(std::to_string(n)));
        if (n == 1) s.receive_until_close();
    });
    client_fixture c(server.port(), {.max_idle_connections = 1});
    BOOST_TEST(c.get()->body == "0");
    BOOST_TEST(c.post("{}")->body == "1");
}

BOOST_AUTO_TEST_CASE(a_get_on_a_closed_connection_is_repeated_once) {
    std::atomic<int> requests = 0;
    scripted_server server(3, [&](int n, raw_socket& s) {
        for (int i = 0; i < 2; ++i) {
            s.receive_request();
            ++requests;
            if (i == 1 && n == 0) return;  // closes the connection instead of responding
            s.send(ok(std::to_string(n)));
        }
    });
    client_fixture c(server.port());
    BOOST_TEST(c.get()->body == "0");
    BOOST_TEST(c.get()->body == "1");
    BOOST_TEST(requests == 3);
}

BOOST_AUTO_TEST_CASE(a_get_is_not_repeated_after_a_partial_response) {
    scripted_server server(1, [&](int, raw_socket& s) {
        s.receive_request();
        s.send(ok("first"));
        s.receive_request();
        s.send("HTTP/1.1 200 OK\r\nContent-Le");
    });
    client_fixture c(server.port());
    BOOST_TEST(c.get()->body == "first");
    BOOST_TEST(kind_of(c.get()) == transport_error::closed);
}

BOOST_AUTO_TEST_CASE(a_connection_with_unexpected_bytes_is_not_reused) {
    std::promise<void> sent;
    scripted_server server(2, [&](int n, raw_socket& s) {
        s.receive_request();
        if (n == 1) {
            s.send(ok("fresh"));
            return;
        }
        s.send(ok("first"));
        s.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
        sent.set_value();
        s.receive_until_close();
    });
    client_fixture c(server.port());
    BOOST_TEST(c.get()->body == "first");
    sent.get_future().wait();
    BOOST_TEST(c.get()->body == "fresh");
}

BOOST_AUTO_TEST_CASE(several_requests_at_once) {
    server_fixture s;
    io_thread io;
    std::unique_ptr<client> c;
    io.on_thread([&] {
        c = std::make_unique<client>(
            io.executor(), origin{.https = false, .host = "localhost", .port = s.port()}, client_options{}
        );
    });
    std::vector<std::future<exchange_result>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(io.start(c->send(
            {.method = method::get, .target = "/show/" + std::to_string(i), .headers = {}, .body = {}}
        )));
    }
    for (int i = 0; i < 20; ++i) {
        auto const result = all[static_cast<std::size_t>(i)].get();
        BOOST_TEST(result->body == std::to_string(i) + " /show/" + std::to_string(i));
    }
    io.on_thread([&] { c.reset(); });
}

BOOST_AUTO_TEST_CASE(a_client_may_be_destroyed_during_a_call) {
    scripted_server server(1, [](int, raw_socket& s) {
        s.receive_request();
        s.send(ok("late"));
    });
    io_thread io;
    auto c = std::make_unique<client>(
        io.executor(), origin{.https = false, .host = "127.0.0.1", .port = server.port()}, client_options{}
    );
    auto pending = io.on_thread([&] {
        auto call = io.start(c->send({.method = method::get, .target = "/", .headers = {}, .body = {}}));
        c.reset();
        return call;
    });
    BOOST_TEST(pending.get()->body == "late");
}

BOOST_AUTO_TEST_CASE(failures_as_exceptions_and_text) {
    exchange_result const failure = transport_failure{transport_error::closed, "gone", true};
    BOOST_CHECK_EXCEPTION(failure.value(), std::runtime_error, [](auto const& e) {
        return std::string(e.what()) == "closed: gone";
    });
    BOOST_TEST(tocsin::http::to_string(transport_error::too_large) == "too_large");
}

BOOST_AUTO_TEST_SUITE_END()
