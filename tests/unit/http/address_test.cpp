#include "server_fixture.hpp"

#include <tocsin/http/address.hpp>
#include <tocsin/http/client.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace tocsin::http;
using namespace tocsin::tests;
using namespace std::chrono_literals;

bool is_public(char const* text) {
    return is_public_address(boost::asio::ip::make_address(text));
}

exchange_result get_from(std::string host, std::uint16_t port, client_options options, bool https = false) {
    io_thread io;
    std::unique_ptr<client> c;
    io.on_thread([&] {
        c = std::make_unique<client>(
            io.executor(), origin{.https = https, .host = std::move(host), .port = port}, options
        );
    });
    auto result = io.run(c->send({.method = method::get, .target = "/", .headers = {}, .body = {}}));
    io.on_thread([&] { c.reset(); });
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(addresses)

BOOST_AUTO_TEST_CASE(public_addresses) {
    for (auto const* text :
         {"1.1.1.1",
          "8.8.8.8",
          "9.255.255.255",
          "11.0.0.0",
          "35.186.247.156",
          "100.63.255.255",
          "100.128.0.0",
          "126.255.255.255",
          "128.0.0.0",
          "169.253.255.255",
          "169.255.0.0",
          "172.15.255.255",
          "172.32.0.0",
          "191.255.255.255",
          "192.0.1.0",
          "192.0.3.0",
          "192.88.98.255",
          "192.88.100.0",
          "192.167.255.255",
          "192.169.0.0",
          "198.17.255.255",
          "198.20.0.0",
          "198.51.99.255",
          "198.51.101.0",
          "203.0.112.255",
          "203.0.114.0",
          "223.255.255.255",
          "2001:200::1",
          "2001:4860:4860::8888",
          "2001:db7:ffff::1",
          "2001:db9::1",
          "2003::1",
          "2600:1901:0:7b8a::",
          "2a00:1450:4001::1",
          "3ffe::1",
          "3fff:1000::1"})
        BOOST_TEST(is_public(text), text);
}

constexpr char const* not_public[]{
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::2",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:20::1",
    "2001:db8::1",
    "2001:db8:ffff::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1"
};

BOOST_AUTO_TEST_CASE(addresses_that_are_not_public) {
    for (auto const* text : not_public) BOOST_TEST(!is_public(text), text);
}

BOOST_AUTO_TEST_CASE(private_addresses_are_refused_in_every_notation) {
    for (auto const* host :
         {"127.0.0.1",     "2130706433", "0x7f000001", "0x7f.1",        "0177.0.0.1",       "127.1",
          "127.0.1",       "0",          "0.0.0.0",    "localhost",     "LOCALHOST",        "localhost.",
          "127.0.0.1.",    "::1",        "::",         "::ffff:7f00:1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
          "2002:7f00:1::", "fe80::1"}) {
        BOOST_TEST_CONTEXT(host) {
            boost::asio::ip::tcp::acceptor canary(
                raw_socket::context(), {boost::asio::ip::address_v4::loopback(), 0}
            );
            auto const result = get_from(host, canary.local_endpoint().port(), {.reach = reach::public_only});
            BOOST_REQUIRE(!result.has_value());
            BOOST_TEST((result.error().kind == transport_error::connect));
            BOOST_TEST(result.error().detail == "the host could not be reached");
            BOOST_TEST(!result.error().sent);
            canary.non_blocking(true);
            boost::system::error_code no_connection;
            canary.accept(no_connection);
            BOOST_TEST((no_connection == boost::asio::error::would_block));
        }
    }
}

BOOST_AUTO_TEST_CASE(open_closed_and_unknown_hosts_look_the_same) {
    boost::asio::ip::tcp::acceptor open(raw_socket::context(), {boost::asio::ip::address_v4::loopback(), 0});
    boost::asio::ip::tcp::socket closed(raw_socket::context(), {boost::asio::ip::address_v4::loopback(), 0});
    client_options const options{.connect_deadline = 2s, .reach = reach::public_only};
    auto const first = get_from("127.0.0.1", open.local_endpoint().port(), options);
    for (auto const& other :
         {get_from("127.0.0.1", closed.local_endpoint().port(), options),
          get_from("localhost", closed.local_endpoint().port(), options, true),
          get_from(std::string(64, 'a') + ".invalid", 443, options, true)}) {
        BOOST_TEST((other.error().kind == first.error().kind));
        BOOST_TEST(other.error().detail == first.error().detail);
        BOOST_TEST(other.error().sent == first.error().sent);
    }
}

BOOST_AUTO_TEST_CASE(a_host_chosen_by_the_operator_may_be_private) {
    scripted_server server(1, [](int, raw_socket& s) {
        s.receive_request();
        s.send("HTTP/1.1 204 No Content\r\n\r\n");
    });
    BOOST_TEST(get_from("127.0.0.1", server.port(), {})->status == 204);
}

BOOST_AUTO_TEST_SUITE_END()
