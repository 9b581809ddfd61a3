#include <tocsin/async/backoff.hpp>

#include <boost/test/unit_test.hpp>

#include <limits>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(backoffs)

BOOST_AUTO_TEST_CASE(delays_double_up_to_the_cap) {
    struct row {
        async::backoff settings;
        unsigned failures;
        std::chrono::milliseconds step;
    };
    std::vector<row> const table{
        {{30s, 30min}, 0, 30s},
        {{30s, 30min}, 1, 30s},
        {{30s, 30min}, 2, 60s},
        {{30s, 30min}, 3, 120s},
        {{30s, 30min}, 6, 16min},
        {{30s, 30min}, 7, 30min},
        {{30s, 30min}, 8, 30min},
        {{30s, 30min}, std::numeric_limits<unsigned>::max(), 30min},
        {{200ms, 200ms}, 5, 200ms},
        {{10s, 1s}, 1, 1s},
        {{2ms, 8ms}, 2, 4ms},
        {{1ms, std::chrono::milliseconds::max()}, 200, std::chrono::milliseconds::max()},
    };
    for (auto const& [settings, failures, step] : table) {
        BOOST_TEST_CONTEXT(
            settings.base.count() << " ms to " << settings.cap.count() << " ms after " << failures
        ) {
            auto const half = step / 2;
            for (auto const draw :
                 std::vector<std::uint64_t>{0, 1, 7, 1'000'003, std::numeric_limits<std::uint64_t>::max()}) {
                auto const delay = settings.delay(failures, draw);
                BOOST_TEST(delay.count() >= half.count());
                BOOST_TEST(delay.count() <= step.count());
            }
            BOOST_TEST(settings.delay(failures, 0).count() == half.count());
        }
    }
}

BOOST_AUTO_TEST_CASE(draws_reach_both_ends) {
    async::backoff const settings{4ms, 4ms};
    BOOST_TEST(settings.delay(1, 0).count() == 2);
    BOOST_TEST(settings.delay(1, 1).count() == 3);
    BOOST_TEST(settings.delay(1, 2).count() == 4);
    BOOST_TEST(settings.delay(1, 3).count() == 2);
}

BOOST_AUTO_TEST_CASE(delays_are_not_zero) {
    for (auto const& settings :
         {async::backoff{0ms, 0ms}, async::backoff{1ms, 1ms}, async::backoff{-5s, 10s}}) {
        BOOST_TEST(settings.delay(1, 0).count() == 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
