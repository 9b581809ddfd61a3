#include <tocsin/async/io.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

async::task<int> twice(int number) {
    co_await async::sleep_for(0ms);
    co_return number * 2;
}

async::task<> add_twice(int number, std::vector<int>& results) {
    results.push_back(co_await twice(number));
}

async::task<> fail_later() {
    co_await async::sleep_for(0ms);
    throw std::runtime_error("as expected");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(io)

BOOST_AUTO_TEST_CASE(run_to_end_completes_the_work) {
    std::vector<int> results;
    async::run_to_end(add_twice(21, results));
    BOOST_TEST(results == std::vector<int>{42});
}

BOOST_AUTO_TEST_CASE(run_to_end_throws_the_exception_of_the_work) {
    BOOST_CHECK_EXCEPTION(async::run_to_end(fail_later()), std::runtime_error, [](auto const& thrown) {
        return thrown.what() == std::string_view("as expected");
    });
}

BOOST_AUTO_TEST_CASE(a_loop_without_work_ends_and_can_run_again) {
    async::io_loop loop;
    int runs = 0;
    loop.run();
    for (int round = 0; round < 2; ++round) {
        boost::asio::post(loop.get_executor(), [&runs] { ++runs; });
        loop.run();
    }
    BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(work_of_another_thread_that_ends_after_a_run_does_not_stop_the_next_one) {
    async::io_loop loop;
    bool ran = false;
    auto work = std::make_optional(boost::asio::make_work_guard(loop.get_executor()));
    boost::asio::post(loop.get_executor(), [&loop] { loop.stop(); });
    loop.run();
    std::thread([&work] { work.reset(); }).join();
    boost::asio::post(loop.get_executor(), [&ran] { ran = true; });
    loop.run();
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(a_stop_before_run_takes_effect) {
    async::io_loop loop;
    bool ran = false;
    boost::asio::post(loop.get_executor(), [&ran] { ran = true; });
    loop.stop();
    loop.run();
    BOOST_TEST(!ran);
    loop.run();
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(another_thread_may_stop_the_loop) {
    async::io_loop loop;
    loop.on_termination([](int) {});  // work that does not end
    std::thread stopper;
    boost::asio::post(loop.get_executor(), [&] { stopper = std::thread([&loop] { loop.stop(); }); });
    loop.run();
    stopper.join();
    BOOST_TEST(!stopper.joinable());
}

BOOST_AUTO_TEST_CASE(each_signal_calls_the_handler) {
    async::io_loop loop;
    std::vector<int> signals;
    auto const loop_thread = std::this_thread::get_id();
    loop.on_termination([&](int signal) {
        BOOST_TEST((std::this_thread::get_id() == loop_thread));
        signals.push_back(signal);
        if (signals.size() == 1) std::raise(SIGINT);
        if (signals.size() == 2) std::raise(SIGTERM);
        if (signals.size() == 3) loop.stop();
    });
    std::raise(SIGTERM);
    loop.run();
    BOOST_TEST(signals == (std::vector<int>{SIGTERM, SIGINT, SIGTERM}));
}

BOOST_AUTO_TEST_CASE(a_second_handler_replaces_the_first) {
    async::io_loop loop;
    int first = 0;
    int second = 0;
    loop.on_termination([&](int) { ++first; });
    loop.on_termination([&](int) {
        ++second;
        loop.stop();
    });
    std::raise(SIGTERM);
    loop.run();
    BOOST_TEST(first == 0);
    BOOST_TEST(second == 1);
}

BOOST_AUTO_TEST_SUITE_END()
