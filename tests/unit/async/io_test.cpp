#include <tocsin/async/io.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

async::task<int> doubled(int number) {
    co_await async::sleep_for(0ms);
    co_return number * 2;
}

async::task<> add_doubled(int number, std::vector<int>& to) {
    to.push_back(co_await doubled(number));
}

async::task<> fail_later() {
    co_await async::sleep_for(0ms);
    throw std::runtime_error("as expected");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(io)

BOOST_AUTO_TEST_CASE(work_is_run_to_its_end) {
    std::vector<int> results;
    async::run_to_end(add_doubled(21, results));
    BOOST_TEST(results == std::vector<int>{42});
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_work_comes_out) {
    BOOST_CHECK_EXCEPTION(async::run_to_end(fail_later()), std::runtime_error, [](auto const& thrown) {
        return thrown.what() == std::string_view("as expected");
    });
}

BOOST_AUTO_TEST_CASE(a_loop_without_work_ends_and_runs_again) {
    async::io_loop loop;
    int runs = 0;
    loop.run();
    for (int round = 0; round < 2; ++round) {
        boost::asio::post(loop.get_executor(), [&runs] { ++runs; });
        loop.run();
    }
    BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(a_stop_before_the_run_counts) {
    async::io_loop loop;
    bool ran = false;
    boost::asio::post(loop.get_executor(), [&ran] { ran = true; });
    loop.stop();
    loop.run();
    BOOST_TEST(!ran);
    loop.run();
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(another_thread_stops_the_loop) {
    async::io_loop loop;
    loop.on_termination([](int) {});  // something to do without end
    std::thread stopper;
    boost::asio::post(loop.get_executor(), [&] { stopper = std::thread([&loop] { loop.stop(); }); });
    loop.run();
    stopper.join();
    BOOST_TEST(!stopper.joinable());
}

BOOST_AUTO_TEST_CASE(each_signal_calls_the_handler) {
    async::io_loop loop;
    std::vector<int> seen;
    auto const loop_thread = std::this_thread::get_id();
    loop.on_termination([&](int signal) {
        BOOST_TEST((std::this_thread::get_id() == loop_thread));
        seen.push_back(signal);
        if (seen.size() == 1) std::raise(SIGINT);
        if (seen.size() == 2) std::raise(SIGTERM);
        if (seen.size() == 3) loop.stop();
    });
    std::raise(SIGTERM);
    loop.run();
    BOOST_TEST(seen == (std::vector<int>{SIGTERM, SIGINT, SIGTERM}));
}

BOOST_AUTO_TEST_CASE(another_handler_takes_the_place_of_the_first) {
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
