#include "gateway/proven_credentials.hpp"

#include "gateway/peer_admission.hpp"

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using gateway::peer_admission;
using gateway::proven_credentials;

BOOST_AUTO_TEST_SUITE(unproven_requests)

BOOST_AUTO_TEST_CASE(credentials_are_proven_for_a_time) {
    proven_credentials::time_point now{};
    proven_credentials all([&] { return now; });
    secret const one("fake-one"), other("fake-other");
    BOOST_TEST(!all.contains(one));
    all.add(one);
    BOOST_TEST(all.contains(one));
    BOOST_TEST(!all.contains(other));
    now += proven_credentials::lifetime;
    BOOST_TEST(!all.contains(one));
    all.add(one);
    all.remove(one);
    BOOST_TEST(!all.contains(one));
}

BOOST_AUTO_TEST_CASE(the_work_of_a_peer_is_limited) {
    peer_admission limits(2);
    auto first = limits.admit("192.0.2.1");
    {
        auto const second = limits.admit("192.0.2.1");
        BOOST_TEST((first && second));
        BOOST_TEST(!limits.admit("192.0.2.1"));
        BOOST_TEST(!limits.admit("::ffff:192.0.2.1"));
        BOOST_TEST(limits.admit("192.0.2.2").has_value());
    }
    BOOST_TEST(limits.admit("192.0.2.1").has_value());
    auto const a = limits.admit("2001:db8::1"), b = limits.admit("2001:db8::2");
    BOOST_TEST((a && b));
    BOOST_TEST(!limits.admit("2001:db8::3"));
    BOOST_TEST(limits.admit("2001:db8:0:1::3").has_value());
    BOOST_TEST(limits.admit("not an address").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
