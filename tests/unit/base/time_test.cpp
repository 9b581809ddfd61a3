#include <tocsin/base/time.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(times)

BOOST_AUTO_TEST_CASE(readable_forms) {
    std::vector<std::pair<std::string_view, std::string_view>> const table{
        {"2026-03-02T09:14:05.120000Z", "2026-03-02T09:14:05.120000Z"},
        {"2026-03-02T09:14:05Z", "2026-03-02T09:14:05.000000Z"},
        {"2026-03-02 09:14:05.12+00", "2026-03-02T09:14:05.120000Z"},         // PostgreSQL
        {"2026-03-02 09:14:05.123456+02", "2026-03-02T07:14:05.123456Z"},     // PostgreSQL
        {"2026-03-02T09:14:05.120000+00:00", "2026-03-02T09:14:05.120000Z"},  // Sentry
        {"2026-03-02T09:14:05+05:30", "2026-03-02T03:44:05.000000Z"},
        {"2026-03-02T09:14:05-05:30", "2026-03-02T14:44:05.000000Z"},
        {"2026-03-02T09:14:05-00:00", "2026-03-02T09:14:05.000000Z"},
        {"2026-03-02t09:14:05z", "2026-03-02T09:14:05.000000Z"},  // RFC 3339 allows lower case
        {"2026-03-02T09:14:05.1Z", "2026-03-02T09:14:05.100000Z"},
        {"2026-03-02T09:14:05.1234567Z", "2026-03-02T09:14:05.123456Z"},
        {"2026-03-02T09:14:05.123456999Z", "2026-03-02T09:14:05.123456Z"},
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
        {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000Z"},
        {"2024-02-29T23:30:00-01", "2024-03-01T00:30:00.000000Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},  // a leap second
    };
    for (auto const& [text, expected] : table) {
        BOOST_TEST_CONTEXT(text) {
            auto const moment = parse_rfc3339(text);
            BOOST_REQUIRE(moment.has_value());
            BOOST_TEST(to_rfc3339(*moment) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(other_forms_are_nothing) {
    std::vector<std::string_view> const table{
        "",
        "now",
        "2026-03-02",
        "2026-03-02T09:14:05",              // no zone
        "2026-03-02T09:14Z",                // no seconds
        "2026-03-02T09:14:05.Z",            // no digits after the point
        "2026-03-02T09:14:05.1234567890Z",  // ten digits
        "2026-03-02T09:14:05,5Z",
        "2026-3-2T09:14:05Z",
        "26-03-02T09:14:05Z",
        "2026-03-02_09:14:05Z",
        "2026-03-02T09:14:05ZZ",
        "2026-03-02T09:14:05Z ",
        " 2026-03-02T09:14:05Z",
        "2026-03-02T09:14:05+2",
        "2026-03-02T09:14:05+0200",
        "2026-03-02T09:14:05+24:00",
        "2026-03-02T09:14:05+00:60",
        "2026-03-02T09:14:05+00:0",
        "2026-00-02T09:14:05Z",
        "2026-13-02T09:14:05Z",
        "2026-03-00T09:14:05Z",
        "2026-03-32T09:14:05Z",
        "2026-04-31T09:14:05Z",
        "2026-02-29T09:14:05Z",  // not a leap year
        "2100-02-29T00:00:00Z",  // not a leap year
        "2026-03-02T24:00:00Z",
        "2026-03-02T09:60:05Z",
        "2026-03-02T09:14:61Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:30:00+01:00",  // 1969 in UTC
        "9999-12-31T23:30:00-01:00",  // 10000 in UTC
        "10000-01-01T00:00:00Z",
        "-026-03-02T09:14:05Z",
        "+026-03-02T09:14:05Z",
        "2026-03-02T09:14:05Z\0"sv,
        "2026-03-0\0T09:14:05Z"sv,
    };
    for (auto const text : table) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!parse_rfc3339(text));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_time_is_nothing) {
    constexpr std::string_view whole = "2026-03-02T09:14:05.120000+05:30";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        auto const part = whole.substr(0, size);
        bool const is_complete = part.ends_with("+05");  // an offset of hours alone
        BOOST_TEST_CONTEXT(part) {
            BOOST_TEST(parse_rfc3339(part).has_value() == is_complete);
        }
    }
}

BOOST_AUTO_TEST_CASE(round_trip_of_times) {
    for (timestamp moment{}; moment < timestamp{} + 400 * 365 * 24h;
         moment += 37 * 24h + 5h + 7min + 11s + 123457us) {
        BOOST_TEST((parse_rfc3339(to_rfc3339(moment)) == moment));
    }
}

BOOST_AUTO_TEST_CASE(a_manual_clock_changes_only_when_moved) {
    manual_clock now(timestamp{} + 5s);
    BOOST_TEST((now.now() == timestamp{} + 5s));
    BOOST_TEST((now.now() == timestamp{} + 5s));
    now.advance(250ms);
    BOOST_TEST((now.now() == timestamp{} + 5250ms));
}

BOOST_AUTO_TEST_CASE(the_system_clock_runs) {
    auto const before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    BOOST_TEST((system_clock().now() >= before));
}

BOOST_AUTO_TEST_SUITE_END()
