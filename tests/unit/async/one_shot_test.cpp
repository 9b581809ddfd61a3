#include <tocsin/async/io.hpp>
#include <tocsin/async/one_shot.hpp>

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace tocsin;

namespace {

async::task<> wait_and_tell(async::one_shot& what, std::string& told) {
    co_await what.wait();
    told += "happened ";
}

async::task<> set_after_a_turn(async::one_shot& what, std::string& told) {
    co_await async::sleep_for({});
    told += "set ";
    what.set();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(one_shot)

BOOST_AUTO_TEST_CASE(who_waits_goes_on_when_it_happens) {
    async::io_loop loop;
    async::task_group tasks(loop.get_executor());
    async::one_shot what;
    std::string told;
    tasks.spawn(wait_and_tell(what, told));
    tasks.spawn(set_after_a_turn(what, told));
    loop.run();
    BOOST_TEST(told == "set happened ");
}

BOOST_AUTO_TEST_CASE(who_comes_later_does_not_wait) {
    async::one_shot what;
    std::string told;
    what.set();
    what.set();
    async::run_to_end(wait_and_tell(what, told));
    BOOST_TEST(told == "happened ");
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_does_not_hear_of_it) {
    async::io_loop loop;
    async::task_group tasks(loop.get_executor());
    auto what = std::make_unique<async::one_shot>();
    std::string told;
    tasks.spawn(wait_and_tell(*what, told));
    boost::asio::post(loop.get_executor(), [&tasks] { tasks.cancel(); });
    loop.run();
    what->set();
    what.reset();
    loop.run();
    BOOST_TEST(told == "");
}

BOOST_AUTO_TEST_SUITE_END()
