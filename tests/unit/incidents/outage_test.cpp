// Sentry sends no webhook when an outage ends: open ones are read every two minutes.
#include "reconciler_fixture.hpp"

#include <tocsin/incidents/maintenance.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;

namespace {

/// The issue 7 is an outage with an open incident.
struct outage : incidents::test::reconciler_fixture {
    outage() {
        fail();
        status = "unresolved";
        request();
    }
    void fail() {
        auto failed = issue("created", "7", "created 7");
        std::get<sentry::issue>(failed.webhook.what).category = "outage";
        std::vector<verified_delivery> one;
        one.push_back(std::move(failed));
        submit(std::move(one));
    }
    void request() {
        db::pool scheduling(database.pool_options("tocsin_scheduler"));
        tocsin::test::run(request_outages(scheduling));
    }
    std::string read_back() {
        return database.sql(
            "select coalesce(string_agg(action || ' ' || outcome, ', ' order by delivery_id), '') from tocsin.deliveries where signing_key = 'read_back'"
        );
    }
    std::string next() {
        return database.sql(
            "select string_agg(reason || ' ' || (due_at between now() + interval '110 s' and now() + interval '2 min') || ' ' || tries, ', ') from tocsin.reconcile_requests"
        );
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reading_outages)

BOOST_FIXTURE_TEST_CASE(an_outage_is_read_every_two_minutes_until_it_ends, outage) {
    auto const one = make_reconciler();
    for (int round = 1; round <= 3; ++round) {
        run_due({one.get()});
        run_due({one.get()});  // not due
        BOOST_TEST(reads == round);
        BOOST_TEST(next() == "outage true 0");
        BOOST_TEST(read_back().empty(), "an outage that goes on is no delivery");
        make_due();
    }
    status = "resolved";
    run_due({one.get()});
    BOOST_TEST(read_back() == "resolved resolved");
    BOOST_TEST(
        database.sql("select concat_ws('|', status, resolution) from tocsin.incidents") == "resolved|sentry"
    );
    BOOST_TEST(requests() == "0");
    request();
    BOOST_TEST(requests() == "0");
}

BOOST_FIXTURE_TEST_CASE(an_outage_is_read_until_it_can_be, outage) {
    failing = true;
    auto const one = make_reconciler(3);
    for (int tries = 1; tries <= 5; ++tries) {
        run_due({one.get()});
        BOOST_TEST(next() == "outage true " + std::to_string(tries));
        make_due();
    }
    failing = false;
    unknown = true;
    run_due({one.get()});
    BOOST_TEST(read_back() == "resolved resolved");
}

BOOST_FIXTURE_TEST_CASE(an_outage_that_fails_again_during_the_read_stays_open, outage) {
    status = "resolved";
    is_outdated = true;  // the second answer says that it is unresolved
    run_due({make_reconciler().get()});
    BOOST_TEST(read_back() == "resolved resolved, unresolved reopened");
    BOOST_TEST(next() == "outage true 0");
}

BOOST_FIXTURE_TEST_CASE(an_archived_outage_that_the_mapping_keeps_open_is_reported_once, outage) {
    database.sql("update tocsin.mappings set on_archive = 'keep'");
    status = "ignored";
    auto const one = make_reconciler();
    for (int round = 0; round < 3; ++round) {
        run_due({one.get()});
        BOOST_TEST(read_back() == "archived updated");
        make_due();
    }
}

BOOST_FIXTURE_TEST_CASE(a_doubt_about_an_outage_is_settled_at_once, outage) {
    auto const one = make_reconciler();
    run_due({one.get()});
    leave_in_doubt("7");
    run_due({one.get()});
    BOOST_TEST(read_back() == "unresolved updated");
    BOOST_TEST(next() == "outage true 0");
}

BOOST_FIXTURE_TEST_CASE(only_open_outages_that_can_be_read_are_requested, outage) {
    auto const requested_after = [this](std::string const& change) {
        database.sql("truncate tocsin.reconcile_requests; " + change);
        request();
        return requests();
    };
    BOOST_TEST(requested_after("update tocsin.incidents set category = 'error'") == "0");
    BOOST_TEST(
        requested_after("update tocsin.incidents set category = 'outage', status = 'acknowledged'") == "1"
    );
    BOOST_TEST(
        requested_after("update tocsin.integrations set status = 'disconnected', status_reason = 'refused'"
        ) == "0"
    );
    BOOST_TEST(
        requested_after(
            "update tocsin.integrations set status = 'degraded', status_reason = 'refresh_failing'"
        ) == "1"
    );
    // A request that is there already stays as it is.
    database.sql("update tocsin.reconcile_requests set reason = 'order', tries = 4");
    request();
    BOOST_TEST(
        database.sql("select concat_ws('|', reason, tries) from tocsin.reconcile_requests") == "order|4"
    );
}

BOOST_AUTO_TEST_SUITE_END()
