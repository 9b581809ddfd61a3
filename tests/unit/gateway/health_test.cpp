#include "gateway/health.hpp"

#include <tocsin/async/io.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using namespace tocsin;
using gateway::health;

BOOST_AUTO_TEST_SUITE(health_checks)

namespace {

async::task<> call(http::handler const& handle, http::request& request, http::response& response) {
    response = co_await handle(request);
}

using audience = health::audience;

http::response get(
    health& state,
    std::string_view path,
    std::vector<http::query_parameter> query = {},
    audience reader = audience::operators
) {
    http::request request;
    request.query = std::move(query);
    http::response response;
    for (auto const& route : state.routes(reader)) {
        if (route.pattern == path) async::run_to_end(call(route.handle, request, response));
    }
    return response;
}

async::task<result<>> passes() {
    co_return result<>();
}
async::task<result<>> fails() {
    co_return error{errc::unavailable, "is too old"};
}
async::task<result<>> throws() {
    throw std::runtime_error("fake-host refused fake-password");
    co_return result<>();
}

}  // namespace

BOOST_AUTO_TEST_CASE(ready_if_every_check_passes) {
    health state("1.2.3");
    state.add_check("database", passes);
    BOOST_TEST(get(state, "/readyz").status == 200);
    BOOST_TEST(get(state, "/readyz").body == R"({"status":"ready"})");
    BOOST_TEST(
        get(state, "/readyz", {{"verbose", ""}}).body ==
        R"({"status":"ready","checks":{"serving":"ok","database":"ok"}})"
    );
    BOOST_TEST(get(state, "/version").body == R"({"version":"1.2.3"})");
}

BOOST_AUTO_TEST_CASE(a_failed_check_is_named_and_does_not_affect_liveness) {
    health state("1.2.3");
    state.add_check("schema", fails);
    state.add_check("database", throws);
    BOOST_TEST(get(state, "/readyz").status == 503);
    auto const verbose = get(state, "/readyz", {{"verbose", "1"}});
    BOOST_TEST(verbose.status == 503);
    BOOST_TEST(
        verbose.body ==
        R"({"status":"unavailable","checks":{"serving":"ok","schema":"is too old","database":"does not answer"}})"
    );
    BOOST_TEST(get(state, "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(the_public_sees_neither_checks_nor_the_version) {
    health state("1.2.3");
    state.add_check("schema", fails);
    auto const everyone = audience::everyone;
    BOOST_TEST(get(state, "/readyz", {{"verbose", "1"}}, everyone).status == 503);
    BOOST_TEST(get(state, "/readyz", {{"verbose", "1"}}, everyone).body == R"({"status":"unavailable"})");
    BOOST_TEST(get(state, "/version", {}, everyone).body == R"({"version":"1"})");
}

BOOST_AUTO_TEST_CASE(draining_is_not_ready) {
    health state("1.2.3");
    state.add_check("database", passes);
    state.start_draining();
    BOOST_TEST(get(state, "/readyz").status == 503);
    BOOST_TEST(get(state, "/readyz").body == R"({"status":"draining"})");
    BOOST_TEST(get(state, "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(health_is_served_to_any_host) {
    health state("1.2.3");
    for (auto const& route : state.routes(audience::everyone))
        BOOST_TEST((route.host == http::route::host_check::any), route.pattern);
}

BOOST_AUTO_TEST_SUITE_END()
