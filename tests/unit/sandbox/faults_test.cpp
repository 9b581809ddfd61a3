#include "sandbox_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using namespace tocsin::test;

namespace {

constexpr char const* projects = "/api/0/organizations/northwind/projects/";

std::string fault(std::string_view kind, std::string_view match = "projects") {
    return json_object({{"match", match}, {"kind", kind}});
}

http::client_options short_limits() {
    http::client_options out;
    out.total_deadline = std::chrono::milliseconds(150);
    out.max_response = 256u << 10;
    return out;
}

async::task<http::exchange_result> get_projects(
    sandbox_fixture& fixture, sandbox_fixture::connection const& connected
) {
    return fixture.exchange(
        http::method::get, projects, {}, {{"Authorization", "Bearer " + connected.token}}, short_limits()
    );
}

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

SANDBOX_TEST(a_fault_applies_once) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/faults", R"({"match":"projects","kind":"status","status":503})");
    BOOST_TEST((co_await fixture.get("/api/0/organizations/northwind/", connected.token)).status == 200);
    auto const faulty = co_await fixture.get(projects, connected.token);
    BOOST_TEST(faulty.status == 503);
    BOOST_TEST(text_at(parse(faulty.body), {"detail"}) == "Internal Error");
    BOOST_TEST((co_await fixture.get(projects, connected.token)).status == 200);
}

SANDBOX_TEST(a_fault_with_zero_times_lasts_until_deleted) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/faults", R"({"match":"api","kind":"status","status":401,"times":0})");
    for (int i = 0; i < 3; ++i) BOOST_TEST((co_await fixture.get(projects, connected.token)).status == 401);
    BOOST_TEST((co_await fixture.get("/sentry-apps/tocsin/external-install/")).status == 200);
    BOOST_TEST((co_await fixture.remove("/control/faults")).status == 200);
    BOOST_TEST((co_await fixture.get(projects, connected.token)).status == 200);
}

SANDBOX_TEST(status_429_has_rate_limit_headers) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/faults", R"({"match":"projects","kind":"status","status":429})");
    auto const response = co_await fixture.get(projects, connected.token);
    BOOST_TEST(response.status == 429);
    BOOST_TEST(response.headers.find("X-Sentry-Rate-Limit-Reset").value() == "1772442846");
    BOOST_TEST(!response.headers.find("Retry-After"));
    BOOST_TEST(response.headers.find("Content-Type")->starts_with("text/html"));
}

SANDBOX_TEST(html_redirect_and_delay) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/faults", fault("html"));
    auto const html = co_await fixture.get(projects, connected.token);
    BOOST_TEST(html.status == 502);
    BOOST_TEST(html.body.starts_with("<html>"));
    for (int const status : {400, 401, 403, 409, 422, 503}) {
        auto const number = std::to_string(status);
        co_await fixture.post(
            "/control/faults", R"({"match":"projects","kind":"html","status":)" + number + "}"
        );
        auto const refusal = co_await fixture.get(projects, connected.token);
        BOOST_TEST(refusal.status == status);
        BOOST_TEST(refusal.headers.find("Content-Type").value() == "text/html");
        BOOST_TEST(refusal.body.find("<title>" + number + " ") != std::string::npos);
    }
    co_await fixture.post("/control/faults", fault("redirect"));
    auto const redirect = co_await fixture.get(projects, connected.token);
    BOOST_TEST(redirect.status == 302);
    BOOST_TEST(redirect.headers.find("Location").value() == "https://elsewhere.invalid/");
    co_await fixture.post("/control/faults", R"({"match":"projects","kind":"delay","delay_ms":1})");
    BOOST_TEST((co_await fixture.get(projects, connected.token)).status == 200);
}

SANDBOX_TEST(the_fault_proxy_breaks_connections) {
    auto const connected = co_await fixture.connect("northwind");
    struct row {
        char const* kind;
        http::transport_error error;
    };
    using enum http::transport_error;
    for (auto const& [kind, error] :
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
            co_await fixture.post("/control/faults", fault(kind));
            auto const response = co_await get_projects(fixture, connected);
            BOOST_REQUIRE(!response.has_value());
            BOOST_TEST((response.error().kind == error), http::to_string(response.error().kind));
        }
    }
    auto const normal = co_await fixture.get(projects, connected.token);
    BOOST_TEST(normal.status == 200);
    BOOST_TEST(!normal.headers.find("Sandbox-Fault"));
}

SANDBOX_TEST(a_status_can_have_a_delay_a_body_and_headers) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post(
        "/control/faults",
        R"({"match":"projects","kind":"status","status":401,"delay_ms":5,"body":"x","headers":{"Retry-After":"-1"}})"
    );
    auto const delayed = co_await fixture.get(projects, connected.token);
    BOOST_TEST(delayed.status == 401);
    BOOST_TEST(delayed.body == "x");
    BOOST_TEST(delayed.headers.find("Retry-After").value() == "-1");
    co_await fixture.post(
        "/control/faults", R"({"match":"projects","kind":"status","status":401,"delay_ms":400})"
    );
    auto const timed_out = co_await get_projects(fixture, connected);
    BOOST_REQUIRE(!timed_out.has_value());
    BOOST_TEST((timed_out.error().kind == http::transport_error::timeout));
    co_await fixture.post("/control/faults", R"({"match":"projects","kind":"status","status":204})");
    auto const empty = co_await fixture.get(projects, connected.token);
    BOOST_TEST(empty.status == 204);
    BOOST_TEST(empty.body.empty());
    co_await fixture.post(
        "/control/faults", R"({"match":"projects","kind":"status","status":200,"body":"[1e"})"
    );
    BOOST_TEST((co_await fixture.get(projects, connected.token)).body == "[1e");
}

SANDBOX_TEST(headers_with_line_breaks_and_raw_bytes_are_sent_unchanged) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post(
        "/control/faults",
        R"({"match":"projects","kind":"status","status":200,"headers":{"X-One":"a\r\nX-Two: b"}})"
    );
    auto const response = co_await fixture.get(projects, connected.token);
    BOOST_TEST(response.headers.find("X-Two").value() == "b");
    BOOST_TEST(response.body == "{}");
    co_await fixture.post(
        "/control/faults",
        R"({"match":"projects","kind":"raw","body":"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"})"
    );
    auto const raw = co_await fixture.get(projects, connected.token);
    BOOST_TEST(raw.status == 201);
    BOOST_TEST(raw.body == "ok");
}

SANDBOX_TEST(right_responses_in_unusual_forms) {
    auto const connected = co_await fixture.connect("northwind");
    auto const right = co_await fixture.get(projects, connected.token);
    co_await fixture.post("/control/faults", fault("gzip"));
    auto const compressed = co_await fixture.get_bytes(projects, connected.token);
    BOOST_TEST(compressed.find("\r\nContent-Encoding: gzip\r\n") != std::string::npos);
    BOOST_TEST(compressed.find("\r\n\r\n\x1f\x8b\x08") != std::string::npos);
    BOOST_TEST(compressed.find(right.body) != std::string::npos);
    co_await fixture.post("/control/faults", fault("wrong_length"));
    auto const half = co_await fixture.get(projects, connected.token);
    BOOST_TEST(half.body == right.body.substr(0, right.body.size() / 2));
    co_await fixture.post("/control/faults", R"({"match":"projects","kind":"trickle","delay_ms":0})");
    BOOST_TEST((co_await fixture.get(projects, connected.token)).body == right.body);
    co_await fixture.post("/control/faults", R"({"match":"projects","kind":"huge","size":70000})");
    BOOST_TEST((co_await fixture.get(projects, connected.token)).body.size() == 70'000u);
}

SANDBOX_TEST(redirect_and_pagination_loops) {
    auto const connected = co_await fixture.connect("northwind");
    auto const target = std::string(projects) + "?cursor=100%3A0%3A0";
    co_await fixture.post("/control/faults", fault("redirect_loop"));
    auto const redirect = co_await fixture.get(target, connected.token);
    BOOST_TEST(redirect.status == 302);
    BOOST_TEST(redirect.headers.find("Location").value() == fixture.server.public_url() + target);
    co_await fixture.post("/control/faults", fault("pagination_loop"));
    auto const page = co_await fixture.get(target, connected.token);
    BOOST_TEST(parse(page.body).root().size() == 4u);
    BOOST_TEST(
        page.headers.find("Link")->find("rel=\"next\"; results=\"true\"; cursor=\"100:0:0\"") !=
        std::string_view::npos
    );
}

SANDBOX_TEST(oauth_faults_have_oauth_errors) {
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
        co_await fixture.post("/control/faults", armed);
        auto const response = co_await fixture.post_form(path, {});
        BOOST_TEST(response.status == status);
        if (body) BOOST_TEST(response.body == body);
    }
}

SANDBOX_TEST(a_request_with_a_lost_response_is_processed) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/faults", fault("lost_answer", "authorizations"));
    auto const body = json_object(
        {{"grant_type", "refresh_token"},
         {"client_id", fake_client_id},
         {"client_secret", fake_secret},
         {"refresh_token", connected.refresh_token}}
    );
    auto const lost = co_await fixture.exchange(
        http::method::post,
        fixture.token_path(connected.uuid),
        body,
        {{"Content-Type", "application/json"}},
        short_limits()
    );
    BOOST_REQUIRE(!lost.has_value());
    BOOST_TEST(lost.error().sent);
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", connected.token)).status == 401);
    BOOST_TEST((co_await fixture.post(fixture.token_path(connected.uuid), body)).status == 401);
}

SANDBOX_TEST(a_dropped_request_is_not_processed) {
    auto const connected = co_await fixture.connect("northwind");
    co_await fixture.post("/control/faults", fault("drop", "authorizations"));
    auto const dropped = co_await fixture.exchange(
        http::method::post,
        fixture.token_path(connected.uuid),
        "{}",
        {{"Content-Type", "application/json"}},
        short_limits()
    );
    BOOST_TEST(!dropped.has_value());
    BOOST_TEST((co_await fixture.get("/api/0/organizations/", connected.token)).status == 200);
}

SANDBOX_TEST(invalid_faults_are_refused) {
    BOOST_TEST((co_await fixture.post("/control/faults", fault("explode"))).status == 400);
    BOOST_TEST((co_await fixture.post("/control/faults", R"({"kind":"drop"})")).status == 400);
    for (auto const* const headers : {R"("text")", R"({"Retry-After":1})"})
        BOOST_TEST(
            (co_await fixture.post(
                 "/control/faults",
                 R"({"match":"api","kind":"status","headers":)" + std::string(headers) + "}"
             ))
                .status == 400
        );
}

BOOST_AUTO_TEST_SUITE_END()
