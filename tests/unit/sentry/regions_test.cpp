#include "fake_sentry.hpp"

#include <tocsin/sentry/regions.hpp>
#include <tocsin/sentry/responses.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::tests;

namespace {

secret const token{"fake-access-token"};
std::string const next_page =
    R"(Link: <https://us.sentry.io/api/0/organizations/?cursor=x>; rel="next"; results="true"; cursor="0:100:0")"
    "\r\n";

config::base_url base(char const* url) {
    return config::parse_base_url(url).value();
}

std::string paths_of(std::string const& requests) {
    std::string paths;
    for (auto start = requests.find("GET "); start != std::string::npos;
         start = requests.find("GET ", start + 1))
        paths += requests.substr(start + 4, requests.find(" HTTP", start) - start - 4) + "\n";
    return paths;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(regions)

BOOST_AUTO_TEST_CASE(sentry_io_is_configured_by_its_own_host) {
    for (auto const* right :
         {"https://sentry.io",
          "https://SENTRY.io/",
          "https://sentry.example.com",
          "https://sentry.io.example.com",
          "https://mysentry.io",
          "http://127.0.0.1:9000"})
        BOOST_TEST(!sentry::address_problem(base(right)).has_value(), right);
    struct {
        char const* url;
        char const* what;
    } const wrong[]{
        {"https://us.sentry.io", "the host of a region of sentry.io"},
        {"https://de.sentry.io/", "the host of a region of sentry.io"},
        {"https://US.sentry.io", "the host of a region of sentry.io"},
        {"https://northwind.sentry.io", "the address of one organization at sentry.io"},
        {"https://www.sentry.io", "the address of one organization at sentry.io"},
        {"https://northwind.sentry.io/issues", "the address of one organization at sentry.io"},
        {"https://sentry.io/organizations/northwind", "a page of sentry.io"},
        {"https://sentry.io:8443", "a page of sentry.io"},
        {"http://us.sentry.io", "the host of a region of sentry.io"},
    };
    for (auto const& row : wrong) {
        auto const problem = sentry::address_problem(base(row.url));
        BOOST_REQUIRE_MESSAGE(problem.has_value(), row.url);
        BOOST_TEST(problem->find(row.what) != std::string::npos, *problem);
        BOOST_TEST(problem->find("Set it to https://sentry.io:") != std::string::npos, *problem);
    }
}

BOOST_AUTO_TEST_CASE(tokens_go_only_to_sentry_regions) {
    auto const service = base("https://sentry.io");
    for (auto const* good : {"https://sentry.io", "https://us.sentry.io", "https://de.sentry.io"}) {
        BOOST_TEST(sentry::allowed_region(service, good).value().str() == good);
        for (auto const* other :
             {"https://sentry.example",
              "http://sentry.io",
              "https://sentry.io:8443",
              "https://sentry.io/below",
              "https://us.sentry.io",
              "http://127.0.0.1:9000"})
            BOOST_TEST(!sentry::allowed_region(base(other), good).has_value(), other << " " << good);
    }
    for (auto const* bad :
         {"",
          "sentry.io",
          "https://us.sentry.io/",
          "https://US.sentry.io",
          "http://us.sentry.io",
          "https://us.sentry.io:443",
          "https://us.sentry.io.evil.example",
          "https://us.sentry.io@evil.example",
          "https://evil.example/us.sentry.io",
          "https://eu.sentry.io",
          "https://us.sentry.io ",
          "https://127.0.0.1"})
        BOOST_TEST(!sentry::allowed_region(service, bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(an_organization_keeps_a_known_region) {
    auto const region_of = [](std::string const& links) {
        return sentry::decode_organization(R"({"id":"1","slug":"a","links":)" + links + "}").value().region;
    };
    BOOST_TEST(
        region_of(R"({"organizationUrl":"https://a.sentry.io","regionUrl":"https://de.sentry.io"})") ==
        "https://de.sentry.io"
    );
    BOOST_TEST(region_of(R"({"regionUrl":"https://evil.example"})").empty());
    BOOST_TEST(region_of(R"({"regionUrl":""})").empty());
    BOOST_TEST(region_of("null").empty());
}

BOOST_AUTO_TEST_CASE(regions_are_decoded) {
    auto const urls =
        sentry::decode_regions(R"({"regions":[{"name":"us","url":"https://us.sentry.io"},{"name":"x"},7]})");
    BOOST_TEST(
        urls.value() == std::vector<std::string>{"https://us.sentry.io"}, boost::test_tools::per_element()
    );
    for (auto const* other : {"", "[]", "{}", R"({"regions":{}})", "<html>"})
        BOOST_TEST(!sentry::decode_regions(other).has_value(), other);
}

BOOST_AUTO_TEST_CASE(without_regions_the_configured_host_is_read) {
    for (auto const& regions :
         {http_response(R"({"detail":"The requested resource does not exist"})", "", "404 Not Found"),
          http_response("<html>", "", "404 Not Found"),
          http_response(R"({"detail":"no"})", "", "403 Forbidden"),
          http_response(R"({"regions":[]})"),
          http_response(
              R"({"regions":[{"name":"us","url":"https://us.sentry.io"},{"name":"x","url":"https://evil.example"}]})"
          )}) {
        std::string requests;
        auto const all = call_scripted(
            {regions,
             http_response(R"([{"id":"1","slug":"a"},{"id":"2","slug":"b"}])", next_page),
             http_response(R"([{"id":"2","slug":"b"},{"id":"3","slug":"c"}])")},
            requests,
            [](sentry::client& c) { return c.list_organizations(token); }
        );
        BOOST_REQUIRE(all.has_value());
        BOOST_TEST(all->size() == 3);
        BOOST_TEST(
            paths_of(requests) ==
            "/api/0/users/me/regions/\n/api/0/organizations/?per_page=100\n"
            "/api/0/organizations/?per_page=100&cursor=0%3A100%3A0\n"
        );
    }
}

BOOST_AUTO_TEST_CASE(incomplete_list_is_a_failure) {
    std::string requests;
    for (auto const* status : {"401 Unauthorized", "500 Internal Server Error", "429 Too Many Requests"}) {
        auto const first = call_scripted({http_response("", "", status)}, requests, [](sentry::client& c) {
            return c.list_organizations(token);
        });
        BOOST_TEST(!first.has_value(), status);
        auto const second = call_scripted(
            {http_response("", "", "404 Not Found"), http_response("", "", status)},
            requests,
            [](sentry::client& c) { return c.list_organizations(token); }
        );
        BOOST_TEST(!second.has_value(), status);
    }
    auto const html = call_scripted({http_response("<html>")}, requests, [](sentry::client& c) {
        return c.list_organizations(token);
    });
    BOOST_TEST(to_string(html.error().kind) == "transient");
}

BOOST_AUTO_TEST_SUITE_END()
