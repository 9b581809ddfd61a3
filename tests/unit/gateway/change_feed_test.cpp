#include "gateway/change_feed.hpp"

#include <tocsin/async/io.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;
using gateway::change_feed;

BOOST_AUTO_TEST_SUITE(change_feeds)

namespace {

using subscription = change_feed::subscription;
using wake = subscription::wake;

organization_id const acme = organization_id::parse("11111111-1111-4111-8111-111111111111").value();
organization_id const globex = organization_id::parse("22222222-2222-4222-8222-222222222222").value();
std::string const ada_session = gateway::session_name("\x0a\xda" + std::string(30, '\0'));
std::string const bob_session = gateway::session_name("\x0b\x0b" + std::string(30, '\0'));

struct feed_fixture {
    async::io_loop loop;
    change_feed feed;

    std::shared_ptr<subscription> open(organization_id org, std::string person, std::string session) {
        return feed.subscribe({org, std::move(person), std::move(session)}, "", loop.get_executor());
    }
    /// Why each stream continues, if all wait at once.
    std::vector<wake> next(std::vector<std::shared_ptr<subscription>> const& all) {
        std::vector<wake> reasons(all.size());
        async::task_group group(loop.get_executor());
        for (std::size_t i = 0; i < all.size(); ++i)
            group.spawn([](subscription& each, wake& reason) -> async::task<> {
                reason = co_await each.next(100ms);
            }(*all[i], reasons[i]));
        loop.run();
        return reasons;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_end_of_a_session_concerns_only_its_own_streams, feed_fixture) {
    BOOST_TEST(ada_session == "0ada000000000000");
    std::vector const all{
        open(acme, "ada", ada_session),
        open(globex, "ada", ada_session),
        open(acme, "bob", bob_session),
        open(acme, "robot", "")
    };
    feed.receive("session * ffffffffffffffff," + ada_session);
    BOOST_TEST((next(all) == std::vector{wake::rights, wake::rights, wake::quiet, wake::quiet}));
    feed.receive("session * *");
    BOOST_TEST((next(all) == std::vector{wake::rights, wake::rights, wake::rights, wake::quiet}));
}

BOOST_FIXTURE_TEST_CASE(changed_rights_concern_an_organization, feed_fixture) {
    std::vector const all{
        open(acme, "ada", ada_session), open(globex, "bob", bob_session), open(acme, "robot", "")
    };
    feed.receive("rights " + acme.str() + " *");
    BOOST_TEST((next(all) == std::vector{wake::rights, wake::quiet, wake::rights}));
    feed.reset_all();
    for (auto const& each : all) BOOST_TEST(each->take().has_value());
    BOOST_TEST((next(all) == std::vector{wake::rights, wake::rights, wake::rights}));
}

BOOST_FIXTURE_TEST_CASE(checks_take_turns_and_are_not_repeated, feed_fixture) {
    std::vector<std::shared_ptr<subscription>> all;
    for (int i = 0; i < 10; ++i) all.push_back(open(acme, std::to_string(i), ada_session));
    for (int i = 0; i < 5; ++i) feed.receive("rights " + acme.str() + " *");
    auto const began = std::chrono::steady_clock::now();
    BOOST_TEST((next(all) == std::vector(10, wake::rights)));
    BOOST_TEST((std::chrono::steady_clock::now() - began >= 8 * change_feed::check_interval));
    BOOST_TEST((next(all) == std::vector(10, wake::quiet)));
}

BOOST_FIXTURE_TEST_CASE(changes_are_not_delayed_by_a_check, feed_fixture) {
    std::vector<std::shared_ptr<subscription>> all;
    for (int i = 0; i < 50; ++i) all.push_back(open(acme, std::to_string(i), ada_session));
    feed.receive("rights " + acme.str() + " *");
    feed.receive("delivery " + acme.str() + " *");
    auto const reasons = next(all);
    BOOST_TEST(std::ranges::count(reasons, wake::change) > 25);
}

BOOST_FIXTURE_TEST_CASE(one_stream_of_a_person_too_many_ends_the_oldest_one, feed_fixture) {
    std::vector<std::shared_ptr<subscription>> all;
    auto const open_more = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            all.push_back(open(i % 2 == 0 ? acme : globex, "ada", ada_session));
    };
    auto const ended = [&] {
        auto const reasons = next(all);
        return std::ranges::count(reasons, wake::ended);
    };
    open_more(change_feed::max_streams_per_person);
    auto const other = open(acme, "bob", bob_session);
    BOOST_TEST(ended() == 0);
    open_more(2);
    BOOST_TEST(ended() == 2);
    BOOST_TEST((next({all[0]}).front() == wake::ended));
    BOOST_TEST((next({all[1]}).front() == wake::ended));
    BOOST_TEST((next({other}).front() == wake::quiet));
    all.erase(all.begin(), all.begin() + 5);  // two that have ended, and three others
    open_more(3);
    BOOST_TEST(ended() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
