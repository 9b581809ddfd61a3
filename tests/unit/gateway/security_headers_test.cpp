#include "gateway/security_headers.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace tocsin;
using namespace tocsin::gateway;

BOOST_AUTO_TEST_SUITE(security_headers)

BOOST_AUTO_TEST_CASE(transport_security_is_sent_only_with_tls) {
    auto const has_it = [](auto const& headers) {
        return std::any_of(headers.begin(), headers.end(), [](auto const& header) {
            return header.first == "Strict-Transport-Security";
        });
    };
    BOOST_TEST(has_it(common_headers(transport::tls)));
    BOOST_TEST(!has_it(common_headers(transport::plain)));
}

BOOST_AUTO_TEST_CASE(by_default_nothing_is_cached_and_nothing_is_executed) {
    auto const headers = common_headers(transport::plain);
    auto const value_of = [&headers](std::string_view name) {
        auto const found = std::find_if(headers.begin(), headers.end(), [name](auto const& header) {
            return header.first == name;
        });
        return found == headers.end() ? std::string() : found->second;
    };
    BOOST_TEST(value_of("Cache-Control") == "no-store");
    BOOST_TEST(value_of("Content-Security-Policy").starts_with("default-src 'none'"));
    BOOST_TEST(value_of("X-Content-Type-Options") == "nosniff");
    BOOST_TEST(value_of("Referrer-Policy") == "no-referrer");
    BOOST_TEST(value_of("Cross-Origin-Opener-Policy") == "same-origin");
    BOOST_TEST(value_of("Cross-Origin-Resource-Policy") == "same-origin");
}

BOOST_AUTO_TEST_CASE(the_page_allows_no_inline_script) {
    auto const policy = page_policy("fakenonce");
    BOOST_TEST(policy.find("unsafe-") == std::string::npos);
    BOOST_TEST(policy.find("script-src 'self';") != std::string::npos);
    BOOST_TEST(policy.find("style-src 'self' 'nonce-fakenonce';") != std::string::npos);
    BOOST_TEST(policy.find("manifest-src 'self';") != std::string::npos);
    BOOST_TEST(policy.find("frame-ancestors 'none'") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
