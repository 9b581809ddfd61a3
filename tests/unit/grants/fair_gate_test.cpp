// Grants of an integration take turns.
#include <tocsin/async/io.hpp>
#include <tocsin/grants/fair_gate.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::grants;

BOOST_AUTO_TEST_SUITE(fair_gates)

namespace {

template <class Id>
Id id_of_number(int number) {
    auto text = std::string("00000000-0000-4000-8000-000000000000");
    text.replace(text.size() - 2, 2, std::to_string(number));
    return Id::parse(text).value();
}

auto const shop = id_of_number<integration_id>(10);
auto const other = id_of_number<integration_id>(11);

fair_gate::time_point in_a_minute() {
    return std::chrono::steady_clock::now() + std::chrono::minutes(1);
}

/// Lets all coroutines run that can.
async::task<> run_others() {
    for (int i = 0; i < 100; ++i)
        co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
}

async::task<> call(fair_gate& gate, int grant, std::vector<int>& order) {
    auto const turn = co_await gate.enter(shop, id_of_number<grant_id>(grant), in_a_minute());
    if (turn) order.push_back(grant);
    co_await run_others();
}

async::task<> call_with_many_waiting(std::vector<int>& order) {
    auto const executor = co_await boost::asio::this_coro::executor;
    auto const gate = std::make_shared<fair_gate>(1);
    async::task_group calls(executor);
    for (int i = 0; i < 10; ++i) calls.spawn(call(*gate, 20, order));
    for (int grant : {21, 22}) calls.spawn(call(*gate, grant, order));
    while (order.size() < 12) co_await run_others();
    co_await run_others();
}

async::task<> wait_too_long(bool& is_refused, bool& others_enter, bool& next_enters) {
    auto const gate = std::make_shared<fair_gate>(1);
    {
        auto const held = co_await gate->enter(shop, id_of_number<grant_id>(20), in_a_minute());
        auto const late =
            co_await gate->enter(shop, id_of_number<grant_id>(21), std::chrono::steady_clock::now());
        is_refused = held.has_value() && !late.has_value();
        auto const elsewhere = co_await gate->enter(other, id_of_number<grant_id>(22), in_a_minute());
        others_enter = elsewhere.has_value();
    }
    auto const next = co_await gate->enter(shop, id_of_number<grant_id>(21), in_a_minute());
    next_enters = next.has_value();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_grant_with_many_calls_does_not_delay_the_others) {
    std::vector<int> order;
    async::run_to_end(call_with_many_waiting(order));
    BOOST_TEST_REQUIRE(order.size() == 12U);
    for (int grant : {21, 22}) {
        auto const place = std::find(order.begin(), order.end(), grant) - order.begin();
        BOOST_TEST(place <= 3, "grant " << grant << " was call " << place);
    }
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_too_long_is_refused_and_integrations_are_independent) {
    bool is_refused = false;
    bool others_enter = false;
    bool next_enters = false;
    async::run_to_end(wait_too_long(is_refused, others_enter, next_enters));
    BOOST_TEST(is_refused);
    BOOST_TEST(others_enter);
    BOOST_TEST(next_enters);
}

BOOST_AUTO_TEST_SUITE_END()
