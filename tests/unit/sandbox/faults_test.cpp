#include "lab.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* projects = "/api/0/organizations/northwind/projects/";

std::string fault(std::string_view kind, std::string_view match = "projects") {
    return object({{"match", match}, {"kind", kind}});
}

http::client_options impatient() {
    http::client_options out;
    out.total_deadline = std::chrono::milliseconds(150);
    out.max_answer = 256u << 10;
    return out;
}

async::task<http::exchange_result> ask(lab& here, lab::connected const& it) {
    return here.exchange(
        http::method::get, projects, {}, {{"Authorization", "Bearer " + it.token}}, impatient()
    );
}

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

LAB_TEST(a_status_once_then_all_is_well) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/faults", R"({"match":"projects","kind":"status","status":503})");
    BOOST_TEST((co_await here.get("/api/0/organizations/northwind/", it.token)).status == 200);
    auto const bad = co_await here.get(projects, it.token);
    BOOST_TEST(bad.status == 503);
    BOOST_TEST(at(parsed(bad.body), {"detail"}) == "Internal Error");
    BOOST_TEST((co_await here.get(projects, it.token)).status == 200);
}

LAB_TEST(faults_last_until_cleared_where_asked) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/faults", R"({"match":"api","kind":"status","status":401,"times":0})");
    for (int i = 0; i < 3; ++i) BOOST_TEST((co_await here.get(projects, it.token)).status == 401);
    BOOST_TEST((co_await here.get("/sentry-apps/tocsin/external-install/")).status == 200);
    BOOST_TEST((co_await here.remove("/control/faults")).status == 200);
    BOOST_TEST((co_await here.get(projects, it.token)).status == 200);
}

LAB_TEST(a_rate_limit_names_its_reset) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/faults", R"({"match":"projects","kind":"status","status":429})");
    auto const got = co_await here.get(projects, it.token);
    BOOST_TEST(got.status == 429);
    BOOST_TEST(got.headers.find("X-Sentry-Rate-Limit-Reset").value() == "1772442846");
    BOOST_TEST(!got.headers.find("Retry-After"));
    BOOST_TEST(got.headers.find("Content-Type")->starts_with("text/html"));
}

LAB_TEST(answers_of_other_kinds) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/faults", fault("html"));
    auto const html = co_await here.get(projects, it.token);
    BOOST_TEST(html.status == 502);
    BOOST_TEST(html.body.starts_with("<html>"));
    co_await here.post("/control/faults", fault("redirect"));
    auto const redirect = co_await here.get(projects, it.token);
    BOOST_TEST(redirect.status == 302);
    BOOST_TEST(redirect.headers.find("Location").value() == "https://elsewhere.invalid/");
    co_await here.post("/control/faults", R"({"match":"projects","kind":"delay","delay_ms":1})");
    BOOST_TEST((co_await here.get(projects, it.token)).status == 200);
}

LAB_TEST(connections_that_misbehave) {
    auto const it = co_await here.connect("northwind");
    struct row {
        char const* kind;
        http::transport_error seen;
    };
    using enum http::transport_error;
    for (auto const& [kind, seen] :
         {row{"drop", closed},
          {"garbage", malformed},
          {"truncated", closed},
          {"hang", timeout},
          {"endless", too_large}}) {
        BOOST_TEST_CONTEXT(kind) {
            co_await here.post("/control/faults", fault(kind));
            auto const got = co_await ask(here, it);
            BOOST_REQUIRE(!got.has_value());
            BOOST_TEST((got.error().kind == seen), http::to_string(got.error().kind));
        }
    }
    auto const well = co_await here.get(projects, it.token);
    BOOST_TEST(well.status == 200);
    BOOST_TEST(!well.headers.find("Sandbox-Gate"));
}

LAB_TEST(a_lost_answer_has_had_its_effect) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/faults", fault("lost_answer", "authorizations"));
    auto const body = object(
        {{"grant_type", "refresh_token"},
         {"client_id", fake_client_id},
         {"client_secret", fake_secret},
         {"refresh_token", it.refresh_token}}
    );
    auto const lost = co_await here.exchange(
        http::method::post,
        here.token_path(it.uuid),
        body,
        {{"Content-Type", "application/json"}},
        impatient()
    );
    BOOST_REQUIRE(!lost.has_value());
    BOOST_TEST(lost.error().sent);
    BOOST_TEST((co_await here.get("/api/0/organizations/", it.token)).status == 401);
    BOOST_TEST((co_await here.post(here.token_path(it.uuid), body)).status == 401);
}

LAB_TEST(a_dropped_request_has_had_none) {
    auto const it = co_await here.connect("northwind");
    co_await here.post("/control/faults", fault("drop", "authorizations"));
    auto const dropped = co_await here.exchange(
        http::method::post,
        here.token_path(it.uuid),
        "{}",
        {{"Content-Type", "application/json"}},
        impatient()
    );
    BOOST_TEST(!dropped.has_value());
    BOOST_TEST((co_await here.get("/api/0/organizations/", it.token)).status == 200);
}

LAB_TEST(odd_faults_are_refused) {
    BOOST_TEST((co_await here.post("/control/faults", fault("explode"))).status == 400);
    BOOST_TEST((co_await here.post("/control/faults", R"({"kind":"drop"})")).status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
