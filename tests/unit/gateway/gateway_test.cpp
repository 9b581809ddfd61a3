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

async::task<result<http::response>> fine(gateway::call&) {
    co_return http::response::json(200, R"({"fine":true})");
}
async::task<result<http::response>> refusing(gateway::call&) {
    co_return error{errc::in_use, "A mapping points at it."};
}
async::task<result<http::response>> failing(gateway::call&) {
    throw std::runtime_error("fake-secret");
    co_return http::response{};
}
async::task<http::response> failing_route(http::request&) {
    throw std::runtime_error("fake-secret");
    co_return http::response{};
}

/// Everything a gateway needs; its database is away.
struct fixture {
    async::io_loop loop;
    observe::metrics metrics;
    db::pool pool;
    identity::password_worker hashing{1, 1};
    identity::accounts accounts;

    fixture() : pool(nowhere()), accounts(pool, hashing, {std::chrono::hours(1), std::chrono::hours(1)}) {
        gateway::declare_metrics(metrics, "0");
    }
    static db::pool_options nowhere() {
        db::pool_options made;
        made.url = secret("postgresql://127.0.0.1:1/none");
        made.connections = 1;
        return made;
    }
    gateway::settings local() {
        gateway::settings with;
        with.public_url = config::parse_base_url("http://localhost:8080").value();
        with.listen = {"127.0.0.1", 0};
        return with;
    }
    void build(permission wanted, std::string pattern) {
        gateway::gateway const built(
            local(),
            {loop.get_executor(),
             accounts,
             metrics,
             {{http::method::get, std::move(pattern), wanted, fine}},
             {}}
        );
    }
};

/// A gateway that is asked over a real connection.
struct serving : fixture {
    gateway::gateway edge;
    std::uint16_t port = 0;

    serving() : edge(local(), {loop.get_executor(), accounts, metrics, endpoints(), routes()}) {}

    static gateway::endpoints endpoints() {
        using http::body_kind;
        using http::method;
        return {
            {method::get, "/open", permission::anyone, fine},
            {method::post, "/open", permission::anyone, fine, body_kind::optional_json},
            {method::get, "/refusing", permission::anyone, refusing},
            {method::get, "/failing", permission::anyone, failing},
            {method::get, "/api/v1/orgs/{org}/things", permission::view, fine},
        };
    }
    static std::vector<http::route> routes() {
        return {{.method = http::method::get, .pattern = "/failing-route", .handle = failing_route}};
    }

    async::task<> exchange(http::client_request what, http::client_response& into) {
        http::client browser(loop.get_executor(), {false, "127.0.0.1", port}, {});
        auto answered = co_await browser.send(std::move(what));
        BOOST_TEST_REQUIRE(answered.has_value());
        into = std::move(*answered);
        loop.stop();
    }
    http::client_response ask(
        http::method method, std::string target, std::vector<std::pair<std::string, std::string>> headers = {}
    ) {
        if (port == 0) port = edge.start();
        http::client_request what{method, std::move(target), {}, {}};
        for (auto const& [name, value] : headers) what.headers.add(name, value);
        http::client_response into;
        async::task_group group(loop.get_executor());
        group.spawn(exchange(std::move(what), into));
        loop.run();
        return into;
    }
};

bool has(http::client_response const& answer, std::string_view text) {
    return answer.body.find(text) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_organization_in_the_path_and_a_permission_in_it_go_together, fixture) {
    BOOST_CHECK_NO_THROW(build(permission::anyone, "/open"));
    BOOST_CHECK_NO_THROW(build(permission::view, "/api/v1/orgs/{org}/things"));
    for (auto const outside : {permission::anyone, permission::authenticated})
        BOOST_CHECK_THROW(build(outside, "/api/v1/orgs/{org}/things"), std::logic_error);
    for (auto const within : {permission::view, permission::respond, permission::administer, permission::own})
        BOOST_CHECK_THROW(build(within, "/api/v1/things"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(the_cookie_follows_the_public_url) {
    BOOST_TEST(
        gateway::cookie_of(config::parse_base_url("https://tocsin.example.com").value()).name() ==
        "__Host-tocsin_session"
    );
    BOOST_TEST(
        gateway::cookie_of(config::parse_base_url("http://localhost:8080").value()).name() == "tocsin_session"
    );
}

BOOST_FIXTURE_TEST_CASE(each_outcome_has_its_answer, serving) {
    BOOST_TEST(ask(http::method::get, "/open").status == 200);
    auto const refused = ask(http::method::get, "/refusing");
    BOOST_TEST(refused.status == 409);
    BOOST_TEST(has(refused, R"("code":"in_use")"));
    for (auto const* target : {"/failing", "/failing-route"}) {
        auto const failed = ask(http::method::get, target);
        BOOST_TEST(failed.status == 500);
        BOOST_TEST(has(failed, R"("code":"internal")"));
        BOOST_TEST(!has(failed, "fake-secret"));
    }
    BOOST_TEST(ask(http::method::get, "/missing").status == 404);
}

BOOST_FIXTURE_TEST_CASE(every_answer_has_the_security_headers_once, serving) {
    for (auto const* target : {"/open", "/refusing", "/failing", "/missing", "/api/v1/orgs/fake/things"}) {
        auto const answer = ask(http::method::get, target);
        for (auto const* name :
             {"X-Content-Type-Options", "Referrer-Policy", "Cache-Control", "Content-Security-Policy"})
            BOOST_TEST(answer.headers.count(name) == 1U, name << " of " << target);
    }
}

BOOST_FIXTURE_TEST_CASE(credentials_are_asked_for_and_looked_up, serving) {
    BOOST_TEST(ask(http::method::get, "/api/v1/orgs/fake/things").status == 401);
    BOOST_TEST(
        ask(http::method::get, "/api/v1/orgs/fake/things", {{"Cookie", "tocsin_session=no-session"}})
            .status == 401
    );
    BOOST_TEST(
        ask(http::method::get, "/api/v1/orgs/fake/things", {{"Authorization", "Bearer no-token"}}).status ==
        401
    );
    // What could be a session is looked up, and the database is away.
    auto const away = ask(
        http::method::get, "/api/v1/orgs/fake/things", {{"Cookie", "tocsin_session=" + std::string(43, 'A')}}
    );
    BOOST_TEST(away.status == 503);
    BOOST_TEST(has(away, R"("code":"unavailable")"));
}

BOOST_FIXTURE_TEST_CASE(a_foreign_page_changes_nothing, serving) {
    BOOST_TEST(ask(http::method::post, "/open").status == 200);
    BOOST_TEST(ask(http::method::post, "/open", {{"Sec-Fetch-Site", "same-origin"}}).status == 200);
    BOOST_TEST(ask(http::method::post, "/open", {{"Origin", "http://localhost:8080"}}).status == 200);
    BOOST_TEST(ask(http::method::post, "/open", {{"Sec-Fetch-Site", "cross-site"}}).status == 403);
    BOOST_TEST(ask(http::method::post, "/open", {{"Origin", "http://other.example"}}).status == 403);
    BOOST_TEST(ask(http::method::get, "/open", {{"Sec-Fetch-Site", "cross-site"}}).status == 200);
    // A bearer token is no cookie: no page can make a browser send it.
    BOOST_TEST(
        ask(http::method::post,
            "/open",
            {{"Origin", "http://other.example"}, {"Authorization", "Bearer fake"}})
            .status == 200
    );
}

BOOST_AUTO_TEST_SUITE_END()
