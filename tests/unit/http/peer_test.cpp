#include "peer.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace {

using namespace tocsin::http;
using boost::asio::ip::make_address;

std::string client(std::string const& peer, std::vector<std::string> const& forwarded) {
    static trusted_proxies const proxies({"10.0.0.0/8", "192.0.2.7", "fd00::/8", "::ffff:172.16.0.0/108"});
    fields headers;
    for (auto const& value : forwarded) headers.add("X-Forwarded-For", value);
    return proxies.client(make_address(peer), headers).to_string();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(peers)

BOOST_AUTO_TEST_CASE(forwarded_fields_of_other_peers_are_ignored) {
    BOOST_TEST(client("203.0.113.9", {"1.2.3.4"}) == "203.0.113.9");
    BOOST_TEST(client("192.0.2.8", {"1.2.3.4"}) == "192.0.2.8");
    BOOST_TEST(client("2001:db8::1", {"1.2.3.4"}) == "2001:db8::1");
}

BOOST_AUTO_TEST_CASE(the_rightmost_address_that_is_not_trusted_is_the_client) {
    BOOST_TEST(client("10.1.2.3", {}) == "10.1.2.3");
    BOOST_TEST(client("10.1.2.3", {"1.2.3.4"}) == "1.2.3.4");
    BOOST_TEST(client("10.1.2.3", {"6.6.6.6, 1.2.3.4"}) == "1.2.3.4");
    BOOST_TEST(client("10.1.2.3", {"6.6.6.6, 1.2.3.4, 10.9.9.9"}) == "1.2.3.4");
    BOOST_TEST(client("10.1.2.3", {"6.6.6.6", "1.2.3.4", "192.0.2.7"}) == "1.2.3.4");
    BOOST_TEST(client("10.1.2.3", {"10.5.5.5, 10.6.6.6"}) == "10.5.5.5");
    BOOST_TEST(client("fd12::1", {"2001:db8::9"}) == "2001:db8::9");
}

BOOST_AUTO_TEST_CASE(an_invalid_address_ends_the_search) {
    BOOST_TEST(client("10.1.2.3", {"1.2.3.4, unknown"}) == "10.1.2.3");
    BOOST_TEST(client("10.1.2.3", {"1.2.3.4, _hidden, 10.4.4.4"}) == "10.4.4.4");
    BOOST_TEST(client("10.1.2.3", {"fe80::1%eth0"}) == "10.1.2.3");
    BOOST_TEST(client("10.1.2.3", {"[::1"}) == "10.1.2.3");
}

BOOST_AUTO_TEST_CASE(ports_are_removed_and_mapped_addresses_are_ipv4) {
    BOOST_TEST(client("10.1.2.3", {"1.2.3.4:5678"}) == "1.2.3.4");
    BOOST_TEST(client("10.1.2.3", {"[2001:db8::9]:443"}) == "2001:db8::9");
    BOOST_TEST(client("::ffff:10.1.2.3", {"::ffff:1.2.3.4"}) == "1.2.3.4");
    BOOST_TEST(client("172.17.0.1", {"1.2.3.4"}) == "1.2.3.4");
    BOOST_TEST(client("::ffff:203.0.113.9", {"1.2.3.4"}) == "203.0.113.9");
}

BOOST_AUTO_TEST_CASE(prefixes_that_end_within_a_byte) {
    trusted_proxies const proxies({"192.168.128.0/17", "2001:db8:8000::/33", "0.0.0.0/0"});
    trusted_proxies const narrow({"192.168.128.0/17", "2001:db8:8000::/33"});
    BOOST_TEST(narrow.contains(make_address("192.168.128.1")));
    BOOST_TEST(narrow.contains(make_address("192.168.255.255")));
    BOOST_TEST(!narrow.contains(make_address("192.168.127.255")));
    BOOST_TEST(narrow.contains(make_address("2001:db8:ffff::")));
    BOOST_TEST(!narrow.contains(make_address("2001:db8:7fff::")));
    BOOST_TEST(proxies.contains(make_address("8.8.8.8")));
    BOOST_TEST(!proxies.contains(make_address("2001:db8::")));
}

BOOST_AUTO_TEST_CASE(malformed_networks) {
    for (auto const* cidr :
         {"",
          "a",
          "10.0.0.0/33",
          "10.0.0.0/",
          "10.0.0.0/-1",
          "10.0.0.0/08",
          "::/129",
          "10.0.0/8",
          "::ffff:0:0/95"}) {
        BOOST_TEST_CONTEXT(cidr) {
            BOOST_CHECK_THROW(trusted_proxies({cidr}), std::invalid_argument);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
