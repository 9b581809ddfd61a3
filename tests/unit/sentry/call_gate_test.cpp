#include "call_gate.hpp"

#include "fake_sentry.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>

using namespace tocsin;
using namespace tocsin::tests;
using namespace std::chrono_literals;
using sentry::call_gate;
using sentry::call_order;
using sentry::call_rate;

namespace {

call_rate::clock::time_point const start{1'000'000s};
secret const token{"fake-access-token"};
sentry::caller const unnamed{};
call_order::limits const per_organization{.running = 100, .waiting = 100};

call_rate::clock::time_point deadline_in(std::chrono::milliseconds duration) {
    return call_rate::clock::now() + duration;
}

/// Runs a coroutine with a gate of this rate.
template <class Work>
void with_gate(call_rate rate, Work work) {
    async::run_to_end([](call_rate limits, Work& run) -> async::task<> {
        co_await run(
            std::make_shared<call_gate>(co_await boost::asio::this_coro::executor, limits, per_organization)
        );
    }(rate, work));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(call_gates)

BOOST_AUTO_TEST_CASE(concurrent_calls_are_limited) {
    call_rate rate(2, 1000, 1000);
    BOOST_TEST((rate.start(start) == 0s));
    BOOST_TEST((rate.start(start) == 0s));
    BOOST_TEST((rate.start(start + 1h) == call_rate::until_a_call_ends));
    rate.end();
    BOOST_TEST((rate.start(start + 1h) == 0s));
}

BOOST_AUTO_TEST_CASE(calls_per_second_are_limited) {
    call_rate rate(1000, 20, 20);
    auto const started_at = [&](call_rate::clock::time_point time) {
        int started = 0;
        while (rate.start(time) == 0s) ++started;
        return started;
    };
    BOOST_TEST(started_at(start) == 20);
    BOOST_TEST((rate.start(start) == 50ms));
    BOOST_TEST((rate.start(start + 30ms) == 20ms));
    int within_a_second = 20;
    for (auto time = start + 10ms; time < start + 1s; time += 10ms) within_a_second += started_at(time);
    BOOST_TEST(within_a_second <= 40);
    BOOST_TEST(within_a_second >= 39);
    BOOST_TEST(started_at(start + 1h) == 20);
}

BOOST_AUTO_TEST_CASE(pause_delays_all_calls) {
    call_rate rate(10, 10, 10);
    rate.pause_until(start + 5s);
    BOOST_TEST((rate.start(start) == 5s));
    rate.pause_until(start + 2s);
    BOOST_TEST((rate.pause_left(start + 1s) == 4s));
    BOOST_TEST((rate.start(start + 5s) == 0s));
    BOOST_TEST((rate.pause_left(start + 6s) == 0s));
}

BOOST_AUTO_TEST_CASE(calls_wait_in_order) {
    with_gate({1, 1000, 1000}, [](std::shared_ptr<call_gate> gate) -> async::task<> {
        auto const executor = co_await boost::asio::this_coro::executor;
        std::string order;
        auto first = co_await gate->enter(unnamed, deadline_in(5s));
        BOOST_REQUIRE(first.has_value());
        for (char const name : {'a', 'b', 'c'})
            boost::asio::co_spawn(
                executor,
                [](std::shared_ptr<call_gate> shared_gate, std::string& order, char name) -> async::task<> {
                    auto const turn = co_await shared_gate->enter(unnamed, deadline_in(5s));
                    order += turn ? name : '-';
                }(gate, order, name),
                boost::asio::detached
            );
        co_await boost::asio::post(executor, boost::asio::use_awaitable);
        BOOST_TEST(order.empty());
        first.reset();
        auto const last = co_await gate->enter(unnamed, deadline_in(5s));
        BOOST_TEST(last.has_value());
        BOOST_TEST(order == "abc");
    });
}

BOOST_AUTO_TEST_CASE(call_that_cannot_wait_long_enough_fails_at_once) {
    with_gate({1, 1000, 1000}, [](std::shared_ptr<call_gate> gate) -> async::task<> {
        auto const executor = co_await boost::asio::this_coro::executor;
        auto const first = co_await gate->enter(unnamed, deadline_in(5s));
        auto const second = co_await gate->enter(unnamed, deadline_in(30ms));
        BOOST_TEST(first.has_value());
        BOOST_TEST(!second.has_value());
        // A pause that starts during a wait ends the wait, and later calls do not wait at all.
        std::optional<bool> got;
        boost::asio::co_spawn(
            executor,
            [](std::shared_ptr<call_gate> shared_gate, std::optional<bool>& entered) -> async::task<> {
                auto const turn = co_await shared_gate->enter(unnamed, deadline_in(3s));
                entered = turn.has_value();
            }(gate, got),
            boost::asio::detached
        );
        co_await boost::asio::post(executor, boost::asio::use_awaitable);
        gate->pause(unnamed, 1h);
        auto const began = call_rate::clock::now();
        auto const late = co_await gate->enter(unnamed, deadline_in(3s));
        co_await boost::asio::post(executor, boost::asio::use_awaitable);
        BOOST_TEST(!late.has_value());
        BOOST_TEST(!got.value_or(true));
        BOOST_TEST((call_rate::clock::now() - began < 2s));
        BOOST_TEST((gate->pause_left(unnamed) > 4s));
    });
}

BOOST_AUTO_TEST_CASE(calls_pause_after_a_429) {
    std::atomic<int> requests = 0;
    scripted_server server(2, [&](int, raw_socket& s) {
        s.receive_request();
        ++requests;
        s.send(http_response("", "Retry-After: 40\r\n", "429 Too Many Requests"));
    });
    sentry::client_settings impatient;
    impatient.timeout = 1s;
    auto const second = call_sentry(
        server.port(),
        [](sentry::client& c) -> async::task<sentry::call_result<sentry::issue>> {
            auto const first = co_await c.find_issue({"northwind"}, "7", token);
            BOOST_TEST(first.error().http_status == 429);
            co_return co_await c.find_issue({"northwind"}, "7", token);
        },
        impatient
    );
    BOOST_REQUIRE(!second.has_value());
    BOOST_TEST(requests == 1);
    BOOST_TEST(to_string(second.error().kind) == "rate_limited");
    BOOST_TEST(second.error().http_status == 0);
    BOOST_TEST(!second.error().in_doubt);
    BOOST_TEST((second.error().retry_after.value() >= 4s && second.error().retry_after.value() <= 5s));
}

sentry::caller caller_of(std::uint8_t organization, std::uint8_t integration) {
    uuid::bytes_type first{}, second{};
    first[0] = organization;
    second[0] = integration;
    return {organization_id{uuid(first)}, integration_id{uuid(second)}, sentry::call_priority::person};
}

BOOST_AUTO_TEST_CASE(other_integrations_do_not_pause_after_a_429) {
    std::atomic<int> requests = 0;
    scripted_server server(2, [&](int n, raw_socket& s) {
        s.receive_request();
        ++requests;
        if (n == 0)
            s.send(http_response("", "Retry-After: 40\r\n", "429 Too Many Requests"));
        else
            s.send(http_response(R"({"id":"7"})"));
    });
    sentry::client_settings impatient;
    impatient.timeout = 1s;
    auto const second = call_sentry(
        server.port(),
        [](sentry::client& c) -> async::task<sentry::call_result<sentry::issue>> {
            auto limited = c.on_behalf_of(caller_of(1, 1));
            auto other = c.on_behalf_of(caller_of(1, 2));
            BOOST_TEST((co_await limited.find_issue({"northwind"}, "7", token)).error().http_status == 429);
            BOOST_TEST((co_await limited.find_issue({"northwind"}, "7", token)).error().http_status == 0);
            co_return co_await other.find_issue({"northwind"}, "7", token);
        },
        impatient
    );
    BOOST_TEST(requests == 2);
    BOOST_TEST(second.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
