#include <tocsin/async/io.hpp>
#include <tocsin/async/one_shot.hpp>

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace tocsin;

namespace {

async::task<> wait_and_log(async::one_shot& event, std::string& log) {
    co_await event.wait();
    log += "continued ";
}

async::task<> set_later(async::one_shot& event, std::string& log) {
    co_await async::sleep_for({});
    log += "set ";
    event.set();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(one_shot)

BOOST_AUTO_TEST_CASE(set_continues_the_waiting_coroutine) {
    async::io_loop loop;
    async::task_group tasks(loop.get_executor());
    async::one_shot event;
    std::string log;
    tasks.spawn(wait_and_log(event, log));
    tasks.spawn(set_later(event, log));
    loop.run();
    BOOST_TEST(log == "set continued ");
}

BOOST_AUTO_TEST_CASE(a_later_wait_completes_at_once) {
    async::one_shot event;
    std::string log;
    event.set();
    event.set();
    async::run_to_end(wait_and_log(event, log));
    BOOST_TEST(log == "continued ");
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_is_not_continued) {
    async::io_loop loop;
    async::task_group tasks(loop.get_executor());
    auto event = std::make_unique<async::one_shot>();
    std::string log;
    tasks.spawn(wait_and_log(*event, log));
    boost::asio::post(loop.get_executor(), [&tasks] { tasks.cancel(); });
    loop.run();
    event->set();
    event.reset();
    loop.run();
    BOOST_TEST(log == "");
}

BOOST_AUTO_TEST_SUITE_END()
