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
          {"reset", closed},
          {"hang", timeout},
          {"hang_after_headers", timeout},
          {"trickle", timeout},
          {"huge", too_large},
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

LAB_TEST(a_status_may_come_late_and_have_a_body_and_headers) {
    auto const it = co_await here.connect("northwind");
    co_await here.post(
        "/control/faults",
        R"({"match":"projects","kind":"status","status":401,"delay_ms":5,"body":"x","headers":{"Retry-After":"-1"}})"
    );
    auto const late = co_await here.get(projects, it.token);
    BOOST_TEST(late.status == 401);
    BOOST_TEST(late.body == "x");
    BOOST_TEST(late.headers.find("Retry-After").value() == "-1");
    co_await here.post(
        "/control/faults", R"({"match":"projects","kind":"status","status":401,"delay_ms":400})"
    );
    auto const never = co_await ask(here, it);
    BOOST_REQUIRE(!never.has_value());
    BOOST_TEST((never.error().kind == http::transport_error::timeout));
    co_await here.post("/control/faults", R"({"match":"projects","kind":"status","status":204})");
    auto const empty = co_await here.get(projects, it.token);
    BOOST_TEST(empty.status == 204);
    BOOST_TEST(empty.body.empty());
    co_await here.post(
        "/control/faults", R"({"match":"projects","kind":"status","status":200,"body":"[1e"})"
    );
    BOOST_TEST((co_await here.get(projects, it.token)).body == "[1e");
}

LAB_TEST(a_header_may_carry_line_ends) {
    auto const it = co_await here.connect("northwind");
    co_await here.post(
        "/control/faults",
        R"({"match":"projects","kind":"status","status":200,"headers":{"X-One":"a\r\nX-Two: b"}})"
    );
    auto const got = co_await here.get(projects, it.token);
    BOOST_TEST(got.headers.find("X-Two").value() == "b");
    BOOST_TEST(got.body == "{}");
    co_await here.post(
        "/control/faults",
        R"({"match":"projects","kind":"raw","body":"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"})"
    );
    auto const raw = co_await here.get(projects, it.token);
    BOOST_TEST(raw.status == 201);
    BOOST_TEST(raw.body == "ok");
}

LAB_TEST(right_answers_in_odd_forms) {
    auto const it = co_await here.connect("northwind");
    auto const right = co_await here.get(projects, it.token);
    co_await here.post("/control/faults", fault("gzip"));
    auto const packed = co_await here.bytes_of(projects, it.token);
    BOOST_TEST(packed.find("\r\nContent-Encoding: gzip\r\n") != std::string::npos);
    BOOST_TEST(packed.find("\r\n\r\n\x1f\x8b\x08") != std::string::npos);
    BOOST_TEST(packed.find(right.body) != std::string::npos);
    co_await here.post("/control/faults", fault("wrong_length"));
    auto const half = co_await here.get(projects, it.token);
    BOOST_TEST(half.body == right.body.substr(0, right.body.size() / 2));
    co_await here.post("/control/faults", R"({"match":"projects","kind":"trickle","delay_ms":0})");
    BOOST_TEST((co_await here.get(projects, it.token)).body == right.body);
    co_await here.post("/control/faults", R"({"match":"projects","kind":"huge","size":70000})");
    BOOST_TEST((co_await here.get(projects, it.token)).body.size() == 70'000u);
}

LAB_TEST(answers_that_lead_back_to_themselves) {
    auto const it = co_await here.connect("northwind");
    auto const target = std::string(projects) + "?cursor=100%3A0%3A0";
    co_await here.post("/control/faults", fault("redirect_loop"));
    auto const redirect = co_await here.get(target, it.token);
    BOOST_TEST(redirect.status == 302);
    BOOST_TEST(redirect.headers.find("Location").value() == here.stand_in.public_url() + target);
    co_await here.post("/control/faults", fault("pagination_loop"));
    auto const page = co_await here.get(target, it.token);
    BOOST_TEST(parsed(page.body).root().size() == 4u);
    BOOST_TEST(
        page.headers.find("Link")->find("rel=\"next\"; results=\"true\"; cursor=\"100:0:0\"") !=
        std::string_view::npos
    );
}

LAB_TEST(the_oauth_endpoints_have_faults_of_their_own_form) {
    struct row {
        char const* area;
        char const* path;
        int status;
        char const* body;
    };
    for (auto const& [area, path, status, body] :
         {row{"oauth_token", "/oauth/token/", 400, R"({"error":"invalid_grant"})"},
          {"oauth_token", "/oauth/token/", 401, R"({"error":"invalid_client"})"},
          {"oauth_revoke", "/oauth/revoke/", 400, R"({"error":"invalid_grant"})"},
          {"oauth_authorize", "/oauth/authorize/", 429, nullptr}}) {
        auto const armed = R"({"match":")" + std::string(area) + R"(","kind":"status","status":)" +
                           std::to_string(status) + "}";
        co_await here.post("/control/faults", armed);
        auto const got = co_await here.post_form(path, {});
        BOOST_TEST(got.status == status);
        if (body) BOOST_TEST(got.body == body);
    }
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
    for (auto const* const headers : {R"("text")", R"({"Retry-After":1})"})
        BOOST_TEST(
            (co_await here.post(
                 "/control/faults",
                 R"({"match":"api","kind":"status","headers":)" + std::string(headers) + "}"
             ))
                .status == 400
        );
}

BOOST_AUTO_TEST_SUITE_END()
