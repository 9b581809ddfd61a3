#include <tocsin/async/io.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

constexpr auto forever = 24h;

async::task<> count_up(int& counter) {
    co_await async::sleep_for(0ms);
    ++counter;
}

async::task<> wait_forever(bool& aborted) {
    try {
        co_await async::sleep_for(forever);
    } catch (boost::system::system_error const& error) {
        aborted = error.code() == boost::asio::error::operation_aborted;
        throw;
    }
}

async::task<> fail() {
    throw std::runtime_error("as expected");
    co_return;
}

async::task<> abort_by_itself() {
    throw boost::system::system_error(boost::asio::error::operation_aborted);
    co_return;
}

/// Continues after it was cancelled.
async::task<> end_slowly(int& steps) {
    try {
        co_await async::sleep_for(forever);
    } catch (boost::system::system_error const&) {
        ++steps;
    }
    ++steps;
}

async::task<> spawn_others(async::task_group& group, int& counter, int remaining) {
    co_await async::sleep_for(0ms);
    ++counter;
    if (remaining > 0) group.spawn(spawn_others(group, counter, remaining - 1));
}

template <class Body, class... State>
async::task<> call_with_group(Body body, State&... state) {
    async::task_group group(co_await boost::asio::this_coro::executor);
    co_await body(group, state...);
}

/// Runs a test's coroutine with a group on the same loop. State is passed as arguments, because the captures
/// of a coroutine may be destroyed before it ends.
template <class Body, class... State>
void with_group(Body body, State&... state) {
    async::run_to_end(call_with_group(body, state...));
}

std::string what_of(std::exception_ptr const& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (std::exception const& exception) {
        return exception.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(task_groups)

BOOST_AUTO_TEST_CASE(waiting_for_an_empty_group_completes_at_once) {
    with_group([](async::task_group& group) -> async::task<> {
        BOOST_TEST(group.size() == 0U);
        group.cancel();
        bool const ended = co_await group.wait_all(forever);
        BOOST_TEST(ended);
    });
}

BOOST_AUTO_TEST_CASE(a_group_counts_and_awaits_its_tasks) {
    int counter = 0;
    with_group(
        [](async::task_group& group, int& counter) -> async::task<> {
            for (int index = 0; index < 10; ++index) group.spawn(count_up(counter));
            BOOST_TEST(group.size() == 10U);
            bool const ended = co_await group.wait_all(forever);
            BOOST_TEST(ended);
            BOOST_TEST(group.size() == 0U);
        },
        counter
    );
    BOOST_TEST(counter == 10);
}

BOOST_AUTO_TEST_CASE(a_task_may_start_others) {
    int counter = 0;
    with_group(
        [](async::task_group& group, int& counter) -> async::task<> {
            group.spawn(spawn_others(group, counter, 5));
            bool const ended = co_await group.wait_all(forever);
            BOOST_TEST(ended);
        },
        counter
    );
    BOOST_TEST(counter == 6);
}

BOOST_AUTO_TEST_CASE(cancelled_tasks_end_without_an_error) {
    bool first = false;
    bool second = false;
    int errors = 0;
    with_group(
        [](async::task_group& group, bool& first, bool& second, int& errors) -> async::task<> {
            group.on_error([&errors](std::exception_ptr const&) { ++errors; });
            group.spawn(wait_forever(first));
            group.spawn(wait_forever(second));
            co_await async::sleep_for(0ms);  // starts them
            group.cancel();
            bool const ended = co_await group.wait_all(forever);
            BOOST_TEST(ended);
        },
        first,
        second,
        errors
    );
    BOOST_TEST(first);
    BOOST_TEST(second);
    BOOST_TEST(errors == 0);
}

BOOST_AUTO_TEST_CASE(a_task_that_has_not_started_can_be_cancelled) {
    bool aborted = false;
    with_group(
        [](async::task_group& group, bool& aborted) -> async::task<> {
            group.spawn(wait_forever(aborted));
            group.cancel();
            group.cancel();
            bool const ended = co_await group.wait_all(forever);
            BOOST_TEST(ended);
        },
        aborted
    );
    BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_CASE(a_wait_ends_at_its_limit) {
    bool aborted = false;
    with_group(
        [](async::task_group& group, bool& aborted) -> async::task<> {
            group.spawn(wait_forever(aborted));
            bool const early = co_await group.wait_all(0ms);
            BOOST_TEST(!early);
            BOOST_TEST(group.size() == 1U);
            group.cancel();
            bool const late = co_await group.wait_all(forever);
            BOOST_TEST(late);
        },
        aborted
    );
    BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_CASE(a_cancelled_task_may_clean_up) {
    int steps = 0;
    with_group(
        [](async::task_group& group, int& steps) -> async::task<> {
            group.spawn(end_slowly(steps));
            co_await async::sleep_for(0ms);
            group.cancel();
            bool const ended = co_await group.wait_all(forever);
            BOOST_TEST(ended);
        },
        steps
    );
    BOOST_TEST(steps == 2);
}

BOOST_AUTO_TEST_CASE(exceptions_go_to_the_handler) {
    std::vector<std::string> errors;
    with_group(
        [](async::task_group& group, std::vector<std::string>& errors) -> async::task<> {
            group.on_error([&errors](std::exception_ptr const& thrown) { errors.push_back(what_of(thrown)); }
            );
            group.spawn(fail());
            group.spawn(abort_by_itself());  // an error, because it was not cancelled
            int counter = 0;
            group.spawn(count_up(counter));
            bool const ended = co_await group.wait_all(forever);
            BOOST_TEST(ended);
            BOOST_TEST(counter == 1);
        },
        errors
    );
    BOOST_TEST(errors.size() == 2U);
    BOOST_TEST(errors.at(0) == "as expected");
}

BOOST_AUTO_TEST_CASE(without_a_handler_an_exception_leaves_run) {
    async::io_loop loop;
    async::task_group group(loop.get_executor());
    group.spawn(fail());
    BOOST_CHECK_THROW(loop.run(), std::runtime_error);
    BOOST_TEST(group.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_group_may_be_destroyed_before_its_cancelled_tasks_end) {
    bool aborted = false;
    async::io_loop loop;
    std::optional<async::task_group> group(std::in_place, loop.get_executor());
    group->on_error([](std::exception_ptr const&) { BOOST_ERROR("called after its owner was destroyed"); });
    group->spawn(wait_forever(aborted));
    group->spawn(fail());
    group->cancel();
    group.reset();
    loop.run();
    BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_CASE(a_loop_destroys_unfinished_tasks) {
    bool aborted = false;
    {
        async::io_loop loop;
        async::task_group group(loop.get_executor());
        group.spawn(wait_forever(aborted));
    }
    BOOST_TEST(!aborted);
}

BOOST_AUTO_TEST_SUITE_END()
