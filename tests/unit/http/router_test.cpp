#include "router.hpp"

#include "target.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace {

using namespace tocsin::http;

route row(method m, std::string pattern) {
    return {
        .method = m,
        .pattern = std::move(pattern),
        .handle = [](request&) -> tocsin::async::task<response> { co_return response{}; }
    };
}

router table() {
    return router({
        row(method::get, "/{path...}"),
        row(method::get, "/orgs/{org}"),
        row(method::get, "/orgs/new"),
        row(method::delete_, "/orgs/{name}"),
        row(method::post, "/orgs"),
        row(method::get, "/orgs/{org}/services/{service}"),
        row(method::get, "/orgs/{org}/services/all"),
        row(method::post, "/webhooks/sentry"),
        row(method::get, "/assets/{file...}"),
        row(method::head, "/orgs/new"),
        row(method::get, "/"),
    });
}

/// "pattern name=value ..." of the route; "405 Allow" or "404".
std::string found(std::string_view method, std::string_view path) {
    static router const routes = table();
    auto const match = routes.find(method, *decode_path(path));
    if (match.target == nullptr) return match.pattern.empty() ? "404" : "405 " + match.allowed;
    std::string out(match.pattern);
    for (auto const& [name, value] : match.captures) out += " " + std::string(name) + "=" + value;
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(routing)

BOOST_AUTO_TEST_CASE(the_most_literal_pattern_takes_precedence) {
    BOOST_TEST(found("GET", "/") == "/");
    BOOST_TEST(found("GET", "/orgs/new") == "/orgs/new");
    BOOST_TEST(found("GET", "/orgs/acme") == "/orgs/{org} org=acme");
    BOOST_TEST(found("GET", "/orgs/acme/services/all") == "/orgs/{org}/services/all org=acme");
    BOOST_TEST(
        found("GET", "/orgs/new/services/api") == "/orgs/{org}/services/{service} org=new service=api"
    );
    BOOST_TEST(found("GET", "/assets/css/a.css") == "/assets/{file...} file=css/a.css");
    BOOST_TEST(found("GET", "/assets") == "/assets/{file...} file=");
    BOOST_TEST(found("GET", "/assets/") == "/assets/{file...} file=");
    BOOST_TEST(found("GET", "/any/thing") == "/{path...} path=any/thing");
}

BOOST_AUTO_TEST_CASE(routes_of_one_path_may_name_captures_differently) {
    BOOST_TEST(found("DELETE", "/orgs/acme") == "/orgs/{name} name=acme");
}

BOOST_AUTO_TEST_CASE(captures_are_decoded_and_not_empty) {
    BOOST_TEST(found("GET", "/orgs/a%20b") == "/orgs/{org} org=a b");
    BOOST_TEST(found("GET", "/orgs/") == "/{path...} path=orgs/");
}

BOOST_AUTO_TEST_CASE(a_wrong_method_is_405_even_if_a_more_general_pattern_has_it) {
    BOOST_TEST(found("GET", "/webhooks/sentry") == "405 POST");
    BOOST_TEST(found("GET", "/orgs") == "405 POST");
    BOOST_TEST(found("POST", "/orgs/acme") == "405 GET, HEAD, DELETE");
    BOOST_TEST(found("POST", "/orgs/new") == "405 GET, HEAD");
    BOOST_TEST(found("TRACE", "/") == "405 GET, HEAD");
    BOOST_TEST(found("OPTIONS", "/orgs") == "405 POST");
}

BOOST_AUTO_TEST_CASE(head_is_served_by_get) {
    BOOST_TEST(found("HEAD", "/orgs/acme") == "/orgs/{org} org=acme");
    BOOST_TEST(found("HEAD", "/orgs/new") == "/orgs/new");
    BOOST_TEST(found("HEAD", "/orgs") == "405 POST");
}

BOOST_AUTO_TEST_CASE(paths_without_a_route) {
    router const few({row(method::get, "/a"), row(method::get, "/a/{b}/c")});
    for (std::string_view const path : {"/", "/b", "/a/", "/a/b", "/a//c", "/a/b/c/d", "//a"}) {
        BOOST_TEST_CONTEXT(path) {
            auto const match = few.find("GET", *decode_path(path));
            BOOST_TEST((match.target == nullptr && match.pattern.empty()));
        }
    }
}

BOOST_AUTO_TEST_CASE(invalid_route_tables) {
    for (auto const* pattern : {"", "a", "/{", "/{}", "/{...}", "/a{b}", "/{a}b", "/{a...}/b", "/}"}) {
        BOOST_TEST_CONTEXT(pattern) {
            BOOST_CHECK_THROW(router({row(method::get, pattern)}), std::invalid_argument);
        }
    }
    BOOST_CHECK_THROW(
        router({row(method::get, "/a/{b}"), row(method::get, "/a/{c}")}), std::invalid_argument
    );
    BOOST_CHECK_THROW(
        router({route{.method = method::get, .pattern = "/", .handle = {}}}), std::invalid_argument
    );
}

BOOST_AUTO_TEST_SUITE_END()
