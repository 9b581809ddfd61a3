#include <tocsin/identity/network_group.hpp>

#include <boost/test/unit_test.hpp>

using tocsin::identity::network_group;

BOOST_AUTO_TEST_SUITE(network_groups)

BOOST_AUTO_TEST_CASE(addresses_of_one_network_form_a_group) {
    BOOST_TEST(network_group("192.0.2.7") == "192.0.2.7");
    BOOST_TEST(network_group("192.0.2.8") != network_group("192.0.2.7"));
    BOOST_TEST(network_group("::ffff:192.0.2.7") == "192.0.2.7");
    BOOST_TEST(network_group("2001:db8:1:2::1") == network_group("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    BOOST_TEST(network_group("2001:db8:1:2::1") == network_group("2001:0DB8:1:2:0:0:0:1"));
    BOOST_TEST(network_group("2001:db8:1:2::1") != network_group("2001:db8:1:3::1"));
    BOOST_TEST(network_group("no address") == "no address");
}

BOOST_AUTO_TEST_SUITE_END()
