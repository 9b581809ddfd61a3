#include "gateway/descriptors.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

using namespace tocsin::gateway;

BOOST_AUTO_TEST_SUITE(descriptors)

BOOST_AUTO_TEST_CASE(connections_leave_a_reserve) {
    BOOST_TEST(max_connections_within(65536) == 8192U);
    BOOST_TEST(max_connections_within(1024) == 832U);
    BOOST_TEST(max_connections_within(256) == 128U);
    BOOST_TEST(max_connections_within(0) == 0U);
}

BOOST_AUTO_TEST_CASE(the_soft_limit_is_raised_to_the_hard_one) {
    rlimit before{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit low = before;
    low.rlim_cur = 256;
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    BOOST_TEST(raise_descriptor_limit() == before.rlim_max);
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
