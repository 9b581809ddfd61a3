#include "scheduler/scheduler.hpp"

#include <tocsin/async/io.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using namespace tocsin;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(schedulers)

namespace {

struct fixture {
    async::io_loop loop;
    observe::metrics metrics;
    scheduler::scheduler jobs;
    async::task_group side;
    int runs = 0;
    bool all_ended = false;

    fixture() : jobs(loop.get_executor(), metrics), side(loop.get_executor()) {
        metrics.declare_counter("tocsin_scheduler_runs_total", "Runs.");
    }

    async::task<> stop_and_wait(std::chrono::milliseconds limit) {
        jobs.stop();
        all_ended = co_await jobs.wait_for_running(limit);
        loop.stop();
    }

    /// Stops the scheduler after `last` runs; every second run fails.
    async::task<> count(int last) {
        if (++runs == last) side.spawn(stop_and_wait(10s));
        if (runs % 2 == 0) throw std::runtime_error("fake failure");
        co_return;
    }

    async::task<> wait_for(boost::asio::steady_timer& signal) {
        ++runs;
        side.spawn(stop_and_wait(10s));
        side.spawn(release(signal));
        boost::system::error_code cancelled;
        co_await signal.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
        ++runs;
    }
    static async::task<> release(boost::asio::steady_timer& signal) {
        // After the job waits: a spawned task starts at once.
        co_await boost::asio::post(boost::asio::use_awaitable);
        signal.cancel();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_failed_job_is_counted_and_repeated, fixture) {
    jobs.add({"counting", 1ms, [this] { return count(5); }});
    jobs.start();
    loop.run();
    BOOST_TEST(runs == 5);
    BOOST_TEST(all_ended);
    auto const shown = metrics.exposition();
    BOOST_TEST(
        shown.find("tocsin_scheduler_runs_total{job=\"counting\",result=\"done\"} 3") != std::string::npos,
        shown
    );
    BOOST_TEST(
        shown.find("tocsin_scheduler_runs_total{job=\"counting\",result=\"failed\"} 2") != std::string::npos,
        shown
    );
}

BOOST_FIXTURE_TEST_CASE(stopping_waits_for_a_running_job, fixture) {
    boost::asio::steady_timer signal(loop.get_executor(), std::chrono::hours(1));
    jobs.add({"waiting", 1ms, [this, &signal] { return wait_for(signal); }});
    jobs.start();
    loop.run();
    BOOST_TEST(runs == 2);
    BOOST_TEST(all_ended);
}

BOOST_FIXTURE_TEST_CASE(stopping_ends_a_long_delay, fixture) {
    jobs.add({"rare", std::chrono::hours(24), [this] { return count(1); }});
    jobs.start();
    loop.run();
    BOOST_TEST(runs == 1);
    BOOST_TEST(all_ended);
}

BOOST_AUTO_TEST_SUITE_END()
