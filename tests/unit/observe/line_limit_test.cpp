#include "line_limit.hpp"

#include <boost/test/unit_test.hpp>

using tocsin::observe::line_limit;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(line_limits)

BOOST_AUTO_TEST_CASE(lines_are_left_out_within_a_second_and_counted) {
    line_limit limit;
    line_limit::time_point now{};
    for (std::uint64_t i = 0; i < line_limit::lines_per_second; ++i)
        BOOST_TEST(limit.admit("webhook not stored", now).value() == 0U);
    for (int i = 0; i < 1'000; ++i) BOOST_TEST(!limit.admit("webhook not stored", now + 900ms));
    // Another event has lines of its own.
    BOOST_TEST(limit.admit("refresh failed", now + 900ms).value() == 0U);
    BOOST_TEST(limit.admit("webhook not stored", now + 1s).value() == 1'000U);
    BOOST_TEST(limit.admit("webhook not stored", now + 1s).value() == 0U);
}

BOOST_AUTO_TEST_CASE(an_outage_of_ten_seconds_has_few_lines) {
    line_limit limit;
    line_limit::time_point now{};
    std::uint64_t lines = 0, left_out = 0;
    for (int i = 0; i < 10'000; ++i, now += 1ms) {
        if (auto const before = limit.admit("webhook not stored", now)) {
            ++lines;
            left_out += *before;
        }
    }
    BOOST_TEST(lines == 10 * line_limit::lines_per_second);
    now += 1s;
    left_out += limit.admit("webhook not stored", now).value();
    BOOST_TEST(lines + left_out == 10'000U);
}

BOOST_AUTO_TEST_SUITE_END()
