#include "gateway/gateway.hpp"

#include "gateway/metrics.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/http/client.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using namespace tocsin;

BOOST_AUTO_TEST_SUITE(gateways)

namespace {

using identity::permission;

async::task<result<http::response>> succeed(gateway::request_context&) {
    co_return http::response::json(200, R"({"fine":true})");
}
async::task<result<http::response>> refuse(gateway::request_context&) {
    co_return error{errc::in_use, "A mapping points at it."};
}
async::task<result<http::response>> fail(gateway::request_context&) {
    throw std::runtime_error("fake-secret");
    co_return http::response{};
}
async::task<http::response> fail_route(http::request&) {
    throw std::runtime_error("fake-secret");
    co_return http::response{};
}

/// The parts of a gateway, with a database that does not respond.
struct fixture {
    async::io_loop loop;
    observe::metrics metrics;
    db::pool pool;
    identity::password_worker hashing{1, 1};
    identity::accounts accounts;

    fixture() : pool(unreachable()), accounts(pool, hashing, {std::chrono::hours(1), std::chrono::hours(1)}) {
        gateway::declare_metrics(metrics, "0");
    }
    static db::pool_options unreachable() {
        db::pool_options options;
        options.url = secret("postgresql://127.0.0.1:1/none");
        options.connections = 1;
        return options;
    }
    gateway::settings local() {
        gateway::settings settings;
        settings.public_url = config::parse_base_url("http://localhost:8080").value();
        settings.listen = {"127.0.0.1", 0};
        return settings;
    }
    void build(permission wanted, std::string pattern) {
        gateway::gateway const built(
            local(),
            {loop.get_executor(),
             accounts,
             accounts,
             metrics,
             {{http::method::get, std::move(pattern), wanted, succeed}},
             {}}
        );
    }
};

/// A gateway with a real listener.
struct serving : fixture {
    gateway::gateway server;
    std::uint16_t port = 0;

    serving() : server(local(), {loop.get_executor(), accounts, accounts, metrics, endpoints(), routes()}) {}

    static gateway::endpoints endpoints() {
        using http::body_kind;
        using http::method;
        return {
            {method::get, "/open", permission::anyone, succeed},
            {method::post, "/open", permission::anyone, succeed, body_kind::optional_json},
            {method::get, "/refusing", permission::anyone, refuse},
            {method::get, "/failing", permission::anyone, fail},
            {method::get, "/api/v1/orgs/{org}/things", permission::view, succeed},
        };
    }
    static std::vector<http::route> routes() {
        return {{.method = http::method::get, .pattern = "/failing-route", .handle = fail_route}};
    }

    async::task<> exchange(http::client_request request, http::client_response& answer) {
        http::client browser(loop.get_executor(), {false, "127.0.0.1", port}, {});
        auto received = co_await browser.send(std::move(request));
        BOOST_TEST_REQUIRE(received.has_value());
        answer = std::move(*received);
        loop.stop();
    }
    http::client_response send(
        http::method method, std::string target, std::vector<std::pair<std::string, std::string>> headers = {}
    ) {
        if (port == 0) port = server.start();
        http::client_request request{method, std::move(target), {}, {}};
        for (auto const& [name, value] : headers) request.headers.add(name, value);
        http::client_response answer;
        async::task_group group(loop.get_executor());
        group.spawn(exchange(std::move(request), answer));
        loop.run();
        return answer;
    }
};

bool contains(http::client_response const& answer, std::string_view text) {
    return answer.body.find(text) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_organization_in_the_path_requires_a_permission_within_it_and_vice_versa, fixture) {
    BOOST_CHECK_NO_THROW(build(permission::anyone, "/open"));
    BOOST_CHECK_NO_THROW(build(permission::view, "/api/v1/orgs/{org}/things"));
    for (auto const outside : {permission::anyone, permission::authenticated})
        BOOST_CHECK_THROW(build(outside, "/api/v1/orgs/{org}/things"), std::logic_error);
    for (auto const within : {permission::view, permission::respond, permission::administer, permission::own})
        BOOST_CHECK_THROW(build(within, "/api/v1/things"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(the_public_url_decides_the_kind_of_cookie) {
    BOOST_TEST(
        gateway::cookie_of(config::parse_base_url("https://tocsin.example.com").value()).name() ==
        "__Host-tocsin_session"
    );
    BOOST_TEST(
        gateway::cookie_of(config::parse_base_url("http://localhost:8080").value()).name() == "tocsin_session"
    );
}

BOOST_FIXTURE_TEST_CASE(each_outcome_has_its_status, serving) {
    BOOST_TEST(send(http::method::get, "/open").status == 200);
    auto const refused = send(http::method::get, "/refusing");
    BOOST_TEST(refused.status == 409);
    BOOST_TEST(contains(refused, R"("code":"in_use")"));
    for (auto const* target : {"/failing", "/failing-route"}) {
        auto const failed = send(http::method::get, target);
        BOOST_TEST(failed.status == 500);
        BOOST_TEST(contains(failed, R"("code":"internal")"));
        BOOST_TEST(!contains(failed, "fake-secret"));
    }
    BOOST_TEST(send(http::method::get, "/missing").status == 404);
}

BOOST_FIXTURE_TEST_CASE(every_response_has_each_security_header_once, serving) {
    for (auto const* target : {"/open", "/refusing", "/failing", "/missing", "/api/v1/orgs/fake/things"}) {
        auto const answer = send(http::method::get, target);
        for (auto const* name :
             {"X-Content-Type-Options", "Referrer-Policy", "Cache-Control", "Content-Security-Policy"})
            BOOST_TEST(answer.headers.count(name) == 1U, name << " of " << target);
    }
}

BOOST_FIXTURE_TEST_CASE(credentials_are_required_and_looked_up, serving) {
    BOOST_TEST(send(http::method::get, "/api/v1/orgs/fake/things").status == 401);
    BOOST_TEST(
        send(http::method::get, "/api/v1/orgs/fake/things", {{"Cookie", "tocsin_session=no-session"}})
            .status == 401
    );
    BOOST_TEST(
        send(http::method::get, "/api/v1/orgs/fake/things", {{"Authorization", "Bearer no-token"}}).status ==
        401
    );
    // A well-formed session token is looked up, and the database does not respond.
    auto const unavailable = send(
        http::method::get, "/api/v1/orgs/fake/things", {{"Cookie", "tocsin_session=" + std::string(43, 'A')}}
    );
    BOOST_TEST(unavailable.status == 503);
    BOOST_TEST(contains(unavailable, R"("code":"unavailable")"));
}

BOOST_FIXTURE_TEST_CASE(a_page_of_another_site_cannot_make_changes, serving) {
    BOOST_TEST(send(http::method::post, "/open").status == 200);
    BOOST_TEST(send(http::method::post, "/open", {{"Sec-Fetch-Site", "same-origin"}}).status == 200);
    BOOST_TEST(send(http::method::post, "/open", {{"Origin", "http://localhost:8080"}}).status == 200);
    BOOST_TEST(send(http::method::post, "/open", {{"Sec-Fetch-Site", "cross-site"}}).status == 403);
    BOOST_TEST(send(http::method::post, "/open", {{"Origin", "http://other.example"}}).status == 403);
    BOOST_TEST(send(http::method::get, "/open", {{"Sec-Fetch-Site", "cross-site"}}).status == 200);
    // A page cannot make a browser send a bearer token.
    BOOST_TEST(
        send(
            http::method::post,
            "/open",
            {{"Origin", "http://other.example"}, {"Authorization", "Bearer fake"}}
        )
            .status == 200
    );
}

BOOST_AUTO_TEST_SUITE_END()
