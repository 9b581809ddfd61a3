// Doubts stand in the database until Sentry has been asked, whoever asks.
#include "ingest_fixture.hpp"

#include <tocsin/incidents/read_back.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;
using namespace std::chrono_literals;

namespace {

struct fixture : incidents::test::ingest_fixture {
    fixture() { read_back::declare(metrics); }

    /// What Sentry says; `before` is called while it is asked.
    std::unique_ptr<read_back> reader(int max_tries = 12) {
        auto read =
            [this](organization_id, integration_id, std::string id) -> async::task<result<sentry::issue>> {
            ++asked;
            if (meanwhile) co_await meanwhile();
            if (failing) co_return error{errc::unavailable, "Sentry is away"};
            if (unknown) co_return error{errc::not_found, "Sentry does not know it"};
            sentry::issue is;
            is.id = id;
            is.title = "Title";
            // The first answer was on its way already.
            is.status = overtaken && asked > 1 ? "unresolved" : status;
            is.project = {"1", "checkout", "Checkout"};
            is.last_seen = system_clock().now();
            co_return is;
        };
        // A put-off doubt stays put off for as long as a test takes.
        return std::make_unique<read_back>(
            loop.get_executor(),
            *pool,
            std::move(read),
            *taking,
            read_back_settings{.backoff = {1h, 1h}, .lease = 1min, .max_tries = max_tries},
            metrics
        );
    }

    /// Runs all of them at once, to their ends.
    void settle(std::vector<read_back*> readers) {
        async::task_group tasks(loop.get_executor());
        for (auto* one : readers) tasks.spawn(one->settle_due());
        tasks.spawn(stop_after(tasks));
        loop.run();
    }

    /// An open incident whose issue is said to be resolved by its status and unresolved by its action.
    void leave_in_doubt(std::string const& id) {
        auto opened = issue("created", id, "created " + id);
        auto odd = issue("unresolved", id, "odd " + id);
        std::get<sentry::issue>(odd.hook.what).status = "resolved";
        take({std::move(opened)});
        take({std::move(odd)});
    }
    std::string doubts() { return database.sql("select count(*) from tocsin.doubts"); }
    void make_due() { database.sql("update tocsin.doubts set due_at = now()"); }

    int asked = 0;
    bool failing = false;
    bool unknown = false;
    bool overtaken = false;
    std::string status = "resolved";
    std::function<async::task<>()> meanwhile;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(read_back_of_doubts)

BOOST_FIXTURE_TEST_CASE(what_sentry_says_is_a_delivery_and_ends_the_doubt, fixture) {
    leave_in_doubt("7");
    BOOST_TEST(doubts() == "1");
    settle({reader().get()});
    BOOST_TEST(asked == 2);  // once more, since it moved the incident
    BOOST_TEST(doubts() == "0");
    BOOST_TEST(database.sql("select status from tocsin.incidents") == "resolved");
    BOOST_TEST(
        database.sql("select outcome from tocsin.deliveries where signing_key = 'read_back'") == "resolved"
    );
}

BOOST_FIXTURE_TEST_CASE(one_raised_while_sentry_is_asked_is_asked_again, fixture) {
    leave_in_doubt("7");
    meanwhile = [this]() -> async::task<> {
        meanwhile = nullptr;
        auto again = issue("unresolved", "7", "odd once more");
        std::get<sentry::issue>(again.hook.what).status = "resolved";
        co_await taking->take(std::move(again));
    };
    settle({reader().get()});
    BOOST_TEST(asked == 3);
    BOOST_TEST(doubts() == "0");
}

/// Unresolved again in Sentry, and told so, between the reading of the issue and the telling of it.
BOOST_FIXTURE_TEST_CASE(a_change_that_overtakes_what_was_read_stands, fixture) {
    leave_in_doubt("7");
    meanwhile = [this]() -> async::task<> {
        meanwhile = nullptr;
        co_await taking->take(issue("resolved", "7", "resolved"));
        co_await taking->take(issue("unresolved", "7", "unresolved"));
        overtaken = true;
    };
    settle({reader().get()});
    BOOST_TEST(asked == 3);
    BOOST_TEST(database.sql("select status from tocsin.incidents") == "open");
}

BOOST_FIXTURE_TEST_CASE(what_a_person_resolved_here_stays_so, fixture) {
    leave_in_doubt("7");
    database.sql(
        "update tocsin.incidents set status = 'resolved', resolution = 'person', resolved_at = now() + "
        "interval '1 s'"
    );
    status = "unresolved";
    settle({reader().get()});
    BOOST_TEST(database.sql("select status from tocsin.incidents") == "resolved");
    BOOST_TEST(doubts() == "0");
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_settled_waits_and_is_given_up_in_the_end, fixture) {
    leave_in_doubt("7");
    failing = true;
    auto const reading = reader(3);
    for (int tried = 1; tried <= 3; ++tried) {
        BOOST_TEST(doubts() == "1");
        settle({reading.get()});
        settle({reading.get()});  // not due
        BOOST_TEST(asked == tried);
        make_due();
    }
    BOOST_TEST(doubts() == "0");
    BOOST_TEST(database.sql("select status from tocsin.incidents") == "open");
}

BOOST_FIXTURE_TEST_CASE(an_issue_that_sentry_does_not_know_is_no_doubt, fixture) {
    leave_in_doubt("7");
    unknown = true;
    settle({reader().get()});
    BOOST_TEST(asked == 1);
    BOOST_TEST(doubts() == "0");
}

BOOST_FIXTURE_TEST_CASE(several_who_settle_share_the_work, fixture) {
    for (int i = 0; i < 20; ++i) leave_in_doubt(std::to_string(i));
    BOOST_TEST(doubts() == "20");
    auto const one = reader(), other = reader(), third = reader();
    settle({one.get(), other.get(), third.get()});
    BOOST_TEST(asked == 40);
    BOOST_TEST(doubts() == "0");
    BOOST_TEST(database.sql("select count(*) from tocsin.incidents where status = 'resolved'") == "20");
}

BOOST_FIXTURE_TEST_CASE(those_of_an_integration_that_was_disconnected_end_with_it, fixture) {
    leave_in_doubt("7");
    database.sql(
        "update tocsin.integrations set status = 'disconnected', status_reason = 'disconnected_by_admin'"
    );
    settle({reader().get()});
    BOOST_TEST(asked == 0);
    BOOST_TEST(doubts() == "0");
}

/// It says what holds: were it in doubt itself, Sentry would be asked without end.
BOOST_FIXTURE_TEST_CASE(what_was_read_raises_no_doubt, fixture) {
    leave_in_doubt("7");
    status = "pending_deletion";
    settle({reader().get()});
    BOOST_TEST(asked == 1);
    BOOST_TEST(doubts() == "0");
}

BOOST_AUTO_TEST_SUITE_END()
