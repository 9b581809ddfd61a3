#include "gateway/openapi.hpp"

#include "gateway/credentials.hpp"
#include "gateway/services_api.hpp"
#include "gateway/session_api.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/json/document.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using namespace tocsin::gateway;

BOOST_AUTO_TEST_SUITE(openapi)

namespace {

/// What the document says about permissions, in the words of `x-permission`.
std::string_view documented(identity::permission of) {
    switch (of) {
        case identity::permission::anyone:
            return "public";
        case identity::permission::authenticated:
            return "authenticated";
        case identity::permission::view:
            return "viewer";
        case identity::permission::respond:
            return "responder";
        case identity::permission::administer:
            return "admin";
        case identity::permission::own:
            return "owner";
    }
    return "";
}

void check_documented(json::value paths, endpoints const& rows) {
    for (auto const& row : rows) {
        auto const method = to_lower(http::to_string(row.method));
        BOOST_TEST_CONTEXT(method << " " << row.pattern) {
            auto const operation = paths.at({row.pattern, method});
            BOOST_TEST_REQUIRE(operation.has_value());
            BOOST_TEST(operation->find("x-permission")->as_string().value() == documented(row.permission));
        }
    }
}

/// A pool that nobody asks: its threads wait for work, and connect for none.
db::pool_options nowhere() {
    db::pool_options made;
    made.url = secret("postgresql://127.0.0.1:1/none");
    made.connections = 1;
    return made;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_document_is_whole) {
    json::limits wide;
    wide.depth = 64;
    wide.nodes = 500'000;
    auto const document = json::parse(openapi_document(), json::root::object, wide);
    BOOST_TEST_REQUIRE(document.has_value());
    BOOST_TEST(document->root().find("openapi")->as_string().value() == "3.1.0");
}

BOOST_AUTO_TEST_CASE(endpoints_are_documented_with_their_permission) {
    json::limits wide;
    wide.depth = 64;
    wide.nodes = 500'000;
    auto const document = json::parse(openapi_document(), json::root::object, wide);
    auto const paths = document.value().root().find("paths").value();
    db::pool pool(nowhere());
    identity::password_worker hashing(1, 1);
    identity::accounts accounts(pool, hashing, {std::chrono::hours(1), std::chrono::hours(1)});
    identity::service_catalog catalog(pool);
    check_documented(paths, session_endpoints(accounts, session_cookie(session_cookie::kind::plain)));
    check_documented(paths, service_endpoints(catalog));
}

BOOST_AUTO_TEST_SUITE_END()
