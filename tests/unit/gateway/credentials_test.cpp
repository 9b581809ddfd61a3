#include "gateway/credentials.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace tocsin::gateway;

BOOST_AUTO_TEST_SUITE(credentials)

namespace {

using header_list = std::vector<std::pair<std::string, std::string>>;

http::request with_headers(header_list const& headers) {
    http::request request;
    for (auto const& [name, value] : headers) request.headers.add(name, value);
    return request;
}

session_cookie const plain(session_cookie::kind::plain);
session_cookie const secure(session_cookie::kind::secure);

}  // namespace

BOOST_AUTO_TEST_CASE(the_cookie_for_https_is_bound_to_the_host) {
    auto const set = secure.set(secret("fake-session"));
    BOOST_TEST(set.starts_with("__Host-tocsin_session=fake-session; "));
    for (auto const* attribute : {"; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"})
        BOOST_TEST(set.find(attribute) != std::string::npos, attribute);
    BOOST_TEST(set.find("Domain") == std::string::npos);
    BOOST_TEST(secure.clear().starts_with("__Host-tocsin_session=; "));
    BOOST_TEST(secure.clear().find("; Secure") != std::string::npos);
    BOOST_TEST(secure.clear().find("Max-Age=0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_cookie_for_plain_http_has_neither_prefix_nor_secure) {
    auto const set = plain.set(secret("fake-session"));
    BOOST_TEST(set.starts_with("tocsin_session=fake-session; "));
    BOOST_TEST(set.find("Secure") == std::string::npos);
    BOOST_TEST(set.find("HttpOnly") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(credentials_of_a_request) {
    using kind = request_credentials::kinds;
    struct {
        header_list headers;
        kind expected;
        char const* value;
    } const table[] = {
        {{}, kind::none, ""},
        {{{"Cookie", "tocsin_session=fake"}}, kind::session, "fake"},
        {{{"Cookie", "a=b; tocsin_session=fake; c=d"}}, kind::session, "fake"},
        {{{"Cookie", "tocsin_session="}}, kind::none, ""},
        {{{"Cookie", "__Host-tocsin_session=fake"}}, kind::none, ""},
        {{{"Cookie", "tocsin_session=one; tocsin_session=two"}}, kind::none, ""},
        {{{"Authorization", "Bearer fake"}}, kind::token, "fake"},
        {{{"authorization", "bearer fake"}}, kind::token, "fake"},
        {{{"Authorization", "Bearer fake"}, {"Cookie", "tocsin_session=other"}}, kind::token, "fake"},
        {{{"Authorization", "Basic ZmFrZTpmYWtl"}, {"Cookie", "tocsin_session=other"}}, kind::unusable, ""},
        {{{"Authorization", "Bearer one"}, {"Authorization", "Bearer two"}}, kind::unusable, ""},
        {{{"Authorization", ""}, {"Cookie", "tocsin_session=other"}}, kind::unusable, ""},
    };
    for (auto const& row : table) {
        auto const found = read_credentials(with_headers(row.headers), plain);
        BOOST_TEST_CONTEXT("case " << (&row - table)) {
            BOOST_TEST((found.kind == row.expected));
            BOOST_TEST(found.value.reveal() == row.value);
        }
    }
}

BOOST_AUTO_TEST_CASE(source_of_a_request) {
    constexpr auto own = request_source::own;
    constexpr auto foreign = request_source::foreign;
    std::string const site = "Sec-Fetch-Site";
    struct {
        header_list headers;
        request_source source;
    } const table[] = {
        {{}, own},
        {{{site, "same-origin"}}, own},
        {{{site, "none"}}, own},
        {{{site, "same-site"}}, foreign},
        {{{site, "cross-site"}}, foreign},
        {{{site, ""}}, foreign},
        {{{site, "Same-Origin"}}, foreign},
        {{{site, "same-origin"}, {site, "same-origin"}}, foreign},
        {{{site, "same-origin"}, {"Origin", "https://other.example"}}, own},
        {{{site, "cross-site"}, {"Origin", "https://tocsin.example.com"}}, foreign},
        {{{"Origin", "https://tocsin.example.com"}}, own},
        {{{"Origin", "https://tocsin.example.com:443"}}, foreign},
        {{{"Origin", "http://tocsin.example.com"}}, foreign},
        {{{"Origin", "https://tocsin.example.com.other.example"}}, foreign},
        {{{"Origin", "https://sub.tocsin.example.com"}}, foreign},
        {{{"Origin", "null"}}, foreign},
        {{{"Origin", ""}}, foreign},
        {{{"Origin", "https://tocsin.example.com"}, {"Origin", "https://other.example"}}, foreign},
        {{{"Referer", "https://other.example/"}}, own},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT("case " << (&row - table))
        BOOST_TEST((source_of(with_headers(row.headers).headers, "https://tocsin.example.com") == row.source)
        );
    }
}

BOOST_AUTO_TEST_CASE(only_get_and_head_are_safe) {
    using http::method;
    BOOST_TEST(!is_unsafe(method::get));
    BOOST_TEST(!is_unsafe(method::head));
    for (auto const each : {method::post, method::put, method::patch, method::delete_})
        BOOST_TEST(is_unsafe(each));
}

BOOST_AUTO_TEST_SUITE_END()
