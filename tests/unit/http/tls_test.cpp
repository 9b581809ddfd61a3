#include "server_fixture.hpp"
#include "support/test_certificate.hpp"

#include <tocsin/http/client.hpp>
#include <tocsin/http/server.hpp>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace {

using namespace tocsin::tests;
using namespace tocsin::http;
using namespace std::chrono_literals;
namespace ssl = boost::asio::ssl;

exchange_result get(
    std::uint16_t port, std::string const& host, std::string const& ca_file, std::string target = "/show/a"
) {
    io_thread io;
    std::unique_ptr<client> c;
    io.on_thread([&] {
        c = std::make_unique<client>(
            io.executor(),
            origin{.https = true, .host = host, .port = port},
            client_options{.max_response = 2 * big_size, .ca_file = ca_file}
        );
    });
    auto result =
        io.run(c->send({.method = method::get, .target = std::move(target), .headers = {}, .body = {}}));
    io.on_thread([&] { c.reset(); });
    return result;
}

server_options options_with(test_certificate const& certificate) {
    return {.tls_certificate_file = certificate.certificate_file(), .tls_key_file = certificate.key_file()};
}

/// True if the handshake of a client succeeds that supports TLS up to `max_version`.
bool can_connect(std::uint16_t port, int max_version) {
    ssl::context context(ssl::context::tls_client);
    SSL_CTX_set_security_level(context.native_handle(), 0);
    SSL_CTX_set_max_proto_version(context.native_handle(), max_version);
    ssl::stream<boost::asio::ip::tcp::socket> wire(raw_socket::context(), context);
    wire.next_layer().connect({boost::asio::ip::address_v4::loopback(), port});
    boost::system::error_code error;
    wire.handshake(ssl::stream_base::client, error);
    return !error;
}

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(transport_error)

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(a_trusted_certificate_for_the_host) {
    test_certificate const certificate("DNS:localhost,IP:127.0.0.1");
    server_fixture s(options_with(certificate));
    BOOST_TEST(get(s.port(), "localhost", certificate.certificate_file())->body == "a /show/a");
    BOOST_TEST(get(s.port(), "127.0.0.1", certificate.certificate_file())->body == "a /show/a");
    BOOST_TEST(get(s.port(), "localhost", certificate.certificate_file(), "/big")->body.size() == big_size);
}

BOOST_AUTO_TEST_CASE(a_tls_connection_is_reused) {
    test_certificate const certificate("DNS:localhost");
    server_fixture s(options_with(certificate));
    io_thread io;
    std::unique_ptr<client> c;
    io.on_thread([&] {
        c = std::make_unique<client>(
            io.executor(),
            origin{.https = true, .host = "localhost", .port = s.port()},
            client_options{.ca_file = certificate.certificate_file()}
        );
    });
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(
            io.run(c->send({.method = method::get, .target = "/", .headers = {}, .body = {}}))->status == 200
        );
    }
    BOOST_TEST(s.io().on_thread([&] { return s.server().connections(); }) == 1U);
    io.on_thread([&] { c.reset(); });
}

BOOST_AUTO_TEST_CASE(a_new_certificate_is_used_without_a_restart) {
    test_certificate const used("DNS:localhost");
    test_certificate const next("DNS:localhost");
    auto options = options_with(used);
    options.tls_check_interval = 5ms;
    std::atomic<int> reloaded = 0, refused = 0;
    options.on_tls_change = [&](std::optional<std::string> const& problem) {
        ++(problem ? refused : reloaded);
    };
    server_fixture s(std::move(options));
    BOOST_TEST(get(s.port(), "localhost", used.certificate_file())->status == 200);
    auto const original = used.certificate_file() + ".original";
    auto const replace = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(used.certificate_file(), original);

    // With the new certificate and the old key, the server keeps the old pair.
    std::filesystem::copy_file(next.certificate_file(), used.certificate_file(), replace);
    while (refused == 0) std::this_thread::yield();
    BOOST_TEST(get(s.port(), "localhost", original)->status == 200);
    std::filesystem::copy_file(next.key_file(), used.key_file(), replace);
    while (reloaded == 0) std::this_thread::yield();
    BOOST_TEST(get(s.port(), "localhost", next.certificate_file())->status == 200);
    BOOST_TEST(get(s.port(), "localhost", original).error().kind == transport_error::tls);
    std::filesystem::remove(original);
}

BOOST_AUTO_TEST_CASE(refused_certificates) {
    test_certificate const certificate("DNS:localhost,IP:127.0.0.1");
    test_certificate const other("DNS:elsewhere.example");
    server_fixture s(options_with(certificate));
    server_fixture misnamed(options_with(other));
    auto const self_signed = get(s.port(), "localhost", "");
    BOOST_REQUIRE(!self_signed.has_value());
    BOOST_TEST(self_signed.error().kind == transport_error::tls);
    BOOST_TEST(!self_signed.error().sent);
    BOOST_TEST(get(s.port(), "localhost", other.certificate_file()).error().kind == transport_error::tls);
    BOOST_TEST(
        get(misnamed.port(), "localhost", other.certificate_file()).error().kind == transport_error::tls
    );
    BOOST_TEST(
        get(misnamed.port(), "127.0.0.1", other.certificate_file()).error().kind == transport_error::tls
    );
    test_certificate const expired("DNS:localhost", test_certificate::validity::expired);
    server_fixture old(options_with(expired));
    BOOST_TEST(get(old.port(), "localhost", expired.certificate_file()).error().kind == transport_error::tls);
    BOOST_TEST(s.exchanges().empty());
}

BOOST_AUTO_TEST_CASE(old_protocols_are_refused) {
    test_certificate const certificate("DNS:localhost");
    server_fixture s(options_with(certificate));
    BOOST_TEST(!can_connect(s.port(), TLS1_1_VERSION));
    BOOST_TEST(can_connect(s.port(), TLS1_2_VERSION));
    BOOST_TEST(can_connect(s.port(), TLS1_3_VERSION));
}

BOOST_AUTO_TEST_CASE(a_connection_without_handshake_is_closed) {
    test_certificate const certificate("DNS:localhost");
    auto options = options_with(certificate);
    options.header_deadline = 60ms;
    server_fixture s(options);
    BOOST_TEST(s.connect().receive_until_close().empty());
    auto plain = s.connect();
    plain.send(get_request("/"));
    plain.shutdown_send();
    BOOST_TEST(plain.receive_until_close().find("HTTP") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(refusals_over_tls) {
    test_certificate const certificate("DNS:localhost");
    server_fixture s(options_with(certificate));
    ssl::context context(ssl::context::tls_client);
    ssl::stream<boost::asio::ip::tcp::socket> wire(raw_socket::context(), context);
    wire.next_layer().connect({boost::asio::ip::address_v4::loopback(), s.port()});
    wire.handshake(ssl::stream_base::client);
    boost::asio::write(
        wire, boost::asio::buffer(get_request("/", "Transfer-Encoding: chunked\r\n") + get_request("/"))
    );
    std::string answers;
    boost::system::error_code end;
    boost::asio::read(wire, boost::asio::dynamic_buffer(answers), end);
    BOOST_TEST(end == boost::asio::error::eof);
    BOOST_TEST(answers.starts_with("HTTP/1.1 501 "));
    BOOST_TEST(answers.find("HTTP/1.1", 1) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_response_without_length_needs_an_orderly_close) {
    test_certificate const certificate("DNS:localhost");
    for (bool const proper : {true, false}) {
        scripted_server server(1, [&](int, raw_socket& s) {
            ssl::context context(ssl::context::tls_server);
            context.use_certificate_chain_file(certificate.certificate_file());
            context.use_private_key_file(certificate.key_file(), ssl::context::pem);
            ssl::stream<boost::asio::ip::tcp::socket&> wire(s.socket(), context);
            wire.handshake(ssl::stream_base::server);
            char request[4096];
            wire.read_some(boost::asio::buffer(request));
            boost::asio::write(
                wire, boost::asio::buffer(std::string("HTTP/1.1 200 OK\r\n\r\nhalf or whole?"))
            );
            boost::system::error_code ignored;
            if (proper) wire.shutdown(ignored);
        });
        auto const result = get(server.port(), "localhost", certificate.certificate_file());
        if (proper) {
            BOOST_TEST(result->body == "half or whole?");
        } else {
            BOOST_REQUIRE(!result.has_value());
            BOOST_TEST(result.error().kind == transport_error::closed);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_malformed_ca_file) {
    io_thread io;
    BOOST_CHECK_THROW(
        client(io.executor(), origin{.https = true, .host = "localhost"}, {.ca_file = "/nonexistent"}),
        boost::system::system_error
    );
}

BOOST_AUTO_TEST_SUITE_END()
