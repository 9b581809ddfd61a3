#include <tocsin/config/options.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(parsing)

BOOST_AUTO_TEST_CASE(durations) {
    struct row {
        std::string_view text;
        std::chrono::milliseconds expected;
    };
    std::vector<row> const table{
        {"0s", 0ms},
        {"1ms", 1ms},
        {"200ms", 200ms},
        {"30s", 30s},
        {"15m", 15min},
        {"8h", 8h},
        {"7d", 168h},
        {"0030s", 30s},
    };
    for (auto const& [text, expected] : table) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(config::parse_duration(text).value().count() == expected.count());
        }
    }
    for (auto const text :
         {""sv,
          "30"sv,
          "s"sv,
          "ms"sv,
          "-1s"sv,
          "+1s"sv,
          "1.5s"sv,
          "1 s"sv,
          " 1s"sv,
          "1s "sv,
          "1S"sv,
          "1w"sv,
          "1h30m"sv,
          "0x1s"sv,
          "1s\0"sv,
          "99999999999999999999s"sv,
          "106751991168d"sv}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!config::parse_duration(text));
        }
    }
}

BOOST_AUTO_TEST_CASE(sizes) {
    struct row {
        std::string_view text;
        std::uint64_t expected;
    };
    std::vector<row> const table{
        {"0", 0},
        {"512", 512},
        {"64KiB", 65536},
        {"5MiB", 5242880},
        {"2GiB", 2147483648},
        {"18446744073709551615", std::numeric_limits<std::uint64_t>::max()},
    };
    for (auto const& [text, expected] : table) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(config::parse_size(text).value() == expected);
        }
    }
    for (auto const text :
         {""sv,
          "KiB"sv,
          "-1"sv,
          "+1"sv,
          "1.5MiB"sv,
          "5MB"sv,
          "5M"sv,
          "5mib"sv,
          "5 MiB"sv,
          " 5"sv,
          "5B"sv,
          "18446744073709551616"sv,
          "18014398509481984KiB"sv}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!config::parse_size(text));
        }
    }
}

BOOST_AUTO_TEST_CASE(endpoints) {
    struct row {
        std::string_view text, host;
        std::uint16_t port;
    };
    std::vector<row> const table{
        {"0.0.0.0:8080", "0.0.0.0", 8080},
        {"127.0.0.1:0", "127.0.0.1", 0},
        {"localhost:65535", "localhost", 65535},
        {"db.internal_net:5432", "db.internal_net", 5432},
        {"[::1]:9090", "::1", 9090},
        {"[2001:db8::ffff:192.0.2.1]:1", "2001:db8::ffff:192.0.2.1", 1},
    };
    for (auto const& [text, host, port] : table) {
        BOOST_TEST_CONTEXT(text) {
            auto const parsed = config::parse_endpoint(text).value();
            BOOST_TEST(parsed.host == host);
            BOOST_TEST(parsed.port == port);
        }
    }
    for (auto const text :
         {""sv,
          ":8080"sv,
          "localhost"sv,
          "localhost:"sv,
          "localhost:65536"sv,
          "localhost:-1"sv,
          "localhost:+1"sv,
          "localhost:80a"sv,
          "localhost: 80"sv,
          "::1:80"sv,
          "[::1]"sv,
          "[::1]80"sv,
          "[::1"sv,
          "[]:80"sv,
          "[127.0.0.1]:80"sv,
          "[::g]:80"sv,
          "a b:80"sv,
          "http://a:80"sv,
          "a/b:80"sv,
          "a:80/"sv,
          "a@b:80"sv}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!config::parse_endpoint(text));
        }
    }
}

BOOST_AUTO_TEST_CASE(urls_have_a_canonical_form) {
    struct row {
        std::string_view text, canonical, origin;
        std::uint16_t port;
    };
    std::vector<row> const table{
        {"https://sentry.io", "https://sentry.io", "https://sentry.io", 443},
        {"https://sentry.io/", "https://sentry.io", "https://sentry.io", 443},
        {"HTTPS://Sentry.IO:443", "https://sentry.io", "https://sentry.io", 443},
        {"http://localhost:8080", "http://localhost:8080", "http://localhost:8080", 8080},
        {"http://localhost:80/", "http://localhost", "http://localhost", 80},
        {"http://localhost:443", "http://localhost:443", "http://localhost:443", 443},
        {"https://example.com/tocsin/", "https://example.com/tocsin", "https://example.com", 443},
        {"https://example.com/a/B-c_%20~", "https://example.com/a/B-c_%20~", "https://example.com", 443},
        {"http://[::1]:8080/x", "http://[::1]:8080/x", "http://[::1]:8080", 8080},
        {"https://[2001:DB8::1]", "https://[2001:db8::1]", "https://[2001:db8::1]", 443},
    };
    for (auto const& [text, canonical, origin, port] : table) {
        BOOST_TEST_CONTEXT(text) {
            auto const parsed = config::parse_base_url(text).value();
            BOOST_TEST(parsed.str() == canonical);
            BOOST_TEST(parsed.origin() == origin);
            BOOST_TEST(parsed.port == port);
            BOOST_TEST(parsed.https == origin.starts_with("https"));
            BOOST_TEST(config::parse_base_url(parsed.str()).value().str() == canonical);
        }
    }
    BOOST_TEST(config::parse_base_url("http://[::1]").value().host == "::1");
}

BOOST_AUTO_TEST_CASE(malformed_urls_are_refused) {
    for (auto const text :
         {""sv,
          "sentry.io"sv,
          "//sentry.io"sv,
          "ftp://sentry.io"sv,
          "https:/sentry.io"sv,
          "https://"sv,
          "https:///path"sv,
          "https://user@sentry.io"sv,
          "https://user:fake@sentry.io"sv,
          "https://sentry.io?x=1"sv,
          "https://sentry.io/?x"sv,
          "https://sentry.io/#x"sv,
          "https://sentry.io#x"sv,
          "https://sentry.io:0"sv,
          "https://sentry.io:65536"sv,
          "https://sentry.io:"sv,
          "https://sentry.io:80:80"sv,
          "https://a b"sv,
          "https://sentry.io/a b"sv,
          "https://sentry.io/a//b"sv,
          "https://sentry.io//"sv,
          "https://sentry.io/../x"sv,
          "https://sentry.io/./x"sv,
          "https://sentry.io/\\x"sv,
          "https://sentry.io\\@evil"sv,
          "https://::1"sv,
          "https://sentry.io/\xC3\xA9"sv,
          "https://s\xC3\xA9ntry.io"sv,
          "https://sentry.io\0"sv,
          " https://sentry.io"sv,
          "https://sentry.io\n"sv}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!config::parse_base_url(text));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
