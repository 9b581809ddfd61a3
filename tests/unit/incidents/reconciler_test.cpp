// Reconcile requests stay in the database until a process has read the issue from Sentry.
#include "reconciler_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;
using namespace std::chrono_literals;

namespace {

using fixture = incidents::test::reconciler_fixture;

}  // namespace

BOOST_AUTO_TEST_SUITE(reconciling)

BOOST_FIXTURE_TEST_CASE(the_state_at_sentry_becomes_a_delivery_and_completes_the_request, fixture) {
    leave_in_doubt("7");
    BOOST_TEST(requests() == "1");
    run_due({make_reconciler().get()});
    BOOST_TEST(reads == 2);  // once more, because it changed the incident
    BOOST_TEST(requests() == "0");
    BOOST_TEST(database.sql("select status from tocsin.incidents") == "resolved");
    BOOST_TEST(
        database.sql("select outcome from tocsin.deliveries where signing_key = 'read_back'") == "resolved"
    );
}

BOOST_FIXTURE_TEST_CASE(a_request_that_is_enqueued_again_during_the_read_runs_again, fixture) {
    leave_in_doubt("7");
    before_answer = [this]() -> async::task<> {
        before_answer = nullptr;
        auto again = issue("unresolved", "7", "another contradiction");
        std::get<sentry::issue>(again.webhook.what).status = "resolved";
        co_await receiving->submit(std::move(again));
    };
    run_due({make_reconciler().get()});
    BOOST_TEST(reads == 3);
    BOOST_TEST(requests() == "0");
}

/// The issue is unresolved again in Sentry, and its webhook arrives, before the state that was read is
/// applied.
BOOST_FIXTURE_TEST_CASE(a_change_after_the_read_stands, fixture) {
    leave_in_doubt("7");
    before_answer = [this]() -> async::task<> {
        before_answer = nullptr;
        co_await receiving->submit(issue("resolved", "7", "resolved"));
        co_await receiving->submit(issue("unresolved", "7", "unresolved"));
        is_outdated = true;
    };
    run_due({make_reconciler().get()});
    BOOST_TEST(reads == 3);
    BOOST_TEST(database.sql("select status from tocsin.incidents") == "open");
}

BOOST_FIXTURE_TEST_CASE(an_incident_that_a_person_resolved_stays_resolved, fixture) {
    leave_in_doubt("7");
    database.sql(
        "update tocsin.incidents set status = 'resolved', resolution = 'person', resolved_at = now() + interval '1 s'"
    );
    status = "unresolved";
    run_due({make_reconciler().get()});
    BOOST_TEST(database.sql("select status from tocsin.incidents") == "resolved");
    BOOST_TEST(requests() == "0");
}

BOOST_FIXTURE_TEST_CASE(a_failing_request_is_retried_and_given_up_in_the_end, fixture) {
    leave_in_doubt("7");
    failing = true;
    auto const one = make_reconciler(3);
    for (int tries = 1; tries <= 3; ++tries) {
        BOOST_TEST(requests() == "1");
        run_due({one.get()});
        run_due({one.get()});  // not due
        BOOST_TEST(reads == tries);
        make_due();
    }
    BOOST_TEST(requests() == "0");
    BOOST_TEST(database.sql("select status from tocsin.incidents") == "open");
}

BOOST_FIXTURE_TEST_CASE(a_deleted_issue_ends_its_incident, fixture) {
    leave_in_doubt("7");
    auto const before =
        database.sql("select concat_ws('|', title, culprit, url, last_seen_at) from tocsin.incidents");
    unknown = true;
    run_due({make_reconciler().get()});
    BOOST_TEST(requests() == "0");
    BOOST_TEST(
        database.sql("select concat_ws('|', status, resolution) from tocsin.incidents") == "resolved|sentry"
    );
    BOOST_TEST(
        database.sql("select text from tocsin.timeline where kind = 'resolved'") == "deleted in Sentry"
    );
    BOOST_TEST(
        database.sql("select concat_ws('|', title, culprit, url, last_seen_at) from tocsin.incidents") ==
        before
    );
}

BOOST_FIXTURE_TEST_CASE(a_merged_issue_ends_its_incident, fixture) {
    leave_in_doubt("7");
    status = "unresolved";
    merged_into = "8";
    run_due({make_reconciler().get()});
    BOOST_TEST(requests() == "0");
    BOOST_TEST(
        database.sql("select concat_ws('|', status, resolution) from tocsin.incidents") == "resolved|sentry"
    );
    BOOST_TEST(
        database.sql("select text from tocsin.timeline where kind = 'resolved'") ==
        "merged into SHOP-8 in Sentry"
    );
}

BOOST_FIXTURE_TEST_CASE(an_ended_issue_without_an_incident_opens_none, fixture) {
    auto contradiction = issue("unresolved", "7", "contradiction");
    std::get<sentry::issue>(contradiction.webhook.what).status = "resolved";
    std::vector<verified_delivery> one;
    one.push_back(std::move(contradiction));
    submit(std::move(one));
    unknown = true;
    run_due({make_reconciler().get()});
    BOOST_TEST(requests() == "0");
    BOOST_TEST(database.sql("select count(*) from tocsin.incidents") == "0");
    BOOST_TEST(
        database.sql(
            "select concat_ws('|', outcome, rule) from tocsin.deliveries where signing_key = 'read_back'"
        ) == "ignored|deleted in Sentry, and it had no incident"
    );
}

BOOST_FIXTURE_TEST_CASE(several_reconcilers_share_the_work, fixture) {
    for (int i = 0; i < 20; ++i) leave_in_doubt(std::to_string(i));
    BOOST_TEST(requests() == "20");
    auto const one = make_reconciler(), other = make_reconciler(), third = make_reconciler();
    run_due({one.get(), other.get(), third.get()});
    BOOST_TEST(reads == 40);
    BOOST_TEST(requests() == "0");
    BOOST_TEST(database.sql("select count(*) from tocsin.incidents where status = 'resolved'") == "20");
}

BOOST_FIXTURE_TEST_CASE(requests_end_with_their_integration, fixture) {
    leave_in_doubt("7");
    database.sql(
        "update tocsin.integrations set status = 'disconnected', status_reason = 'disconnected_by_admin'"
    );
    run_due({make_reconciler().get()});
    BOOST_TEST(reads == 0);
    BOOST_TEST(requests() == "0");
}

/// Otherwise the issue would be read without end.
BOOST_FIXTURE_TEST_CASE(a_state_that_was_read_leaves_nothing_in_doubt, fixture) {
    leave_in_doubt("7");
    status = "pending_deletion";
    run_due({make_reconciler().get()});
    BOOST_TEST(reads == 1);
    BOOST_TEST(requests() == "0");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// The mapping is limited to the environment production.
struct limited : fixture {
    limited() {
        database.sql("update tocsin.mappings set environments = '{production}'");
        status = "unresolved";
    }
    void hold_back(std::string const& action = "created") {
        auto held_back = issue(action, "7", {});
        held_back.body =
            R"({"action":")" + action + R"(","installation":{"uuid":")" +
            std::string(incidents::test::installation) +
            R"("},"data":{"issue":{"id":"7","title":"Title","status":"unresolved","project":{"id":"1","slug":"checkout"}}}})";
        std::vector<verified_delivery> one;
        one.push_back(std::move(held_back));
        BOOST_TEST(submit(std::move(one)).front() == "filtered");
        BOOST_TEST(database.sql("select reason from tocsin.reconcile_requests") == "environment");
    }
    std::string read_back() {
        return database.sql(
            "select string_agg(action || ' ' || outcome, ', ' order by delivery_id) from tocsin.deliveries where signing_key = 'read_back'"
        );
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reading_environments)

BOOST_FIXTURE_TEST_CASE(the_filter_decides_by_the_newest_event, limited) {
    struct {
        char const* environment;
        char const* read_back;
        char const* incidents;
    } const table[]{
        {"Production", "created opened", "1"},
        {"staging", "created filtered", "0"},
        {"", "created filtered", "0"}
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(row.environment) {
            database.sql("truncate tocsin.deliveries, tocsin.alarms, tocsin.incidents, tocsin.sources");
            environment = std::string(row.environment);
            hold_back();
            run_due({make_reconciler().get()});
            BOOST_TEST(read_back() == row.read_back);
            BOOST_TEST(database.sql("select count(*) from tocsin.incidents") == row.incidents);
            BOOST_TEST(requests() == "0");
        }
    }
}

BOOST_FIXTURE_TEST_CASE(an_opened_incident_has_the_environment, limited) {
    environment = std::string("Production");
    hold_back();
    run_due({make_reconciler().get()});
    BOOST_TEST(database.sql("select environment from tocsin.incidents") == "Production");
    BOOST_TEST(submit({issue("resolved", "7", "resolved")}).front() == "resolved");
    BOOST_TEST(
        submit({issue("unresolved", "7", "again")}).front() == "reopened", "the environment is known now"
    );
}

BOOST_FIXTURE_TEST_CASE(an_environment_that_cannot_be_read_passes_the_filter, limited) {
    for (auto const code : {errc::not_found, errc::sentry_refused}) {
        database.sql("truncate tocsin.deliveries, tocsin.alarms, tocsin.incidents, tocsin.sources");
        environment = error{code, "no"};
        hold_back();
        run_due({make_reconciler().get()});
        BOOST_TEST(read_back() == "created opened");
        BOOST_TEST(requests() == "0");
    }
}

BOOST_FIXTURE_TEST_CASE(an_issue_that_cannot_be_read_passes_the_filter_as_it_came, limited) {
    hold_back("unresolved");
    unknown = true;
    run_due({make_reconciler().get()});
    BOOST_TEST(environment_reads == 0);
    BOOST_TEST(read_back() == "unresolved opened");
    BOOST_TEST(database.sql("select title from tocsin.incidents") == "Title");
    BOOST_TEST(requests() == "0");
}

BOOST_FIXTURE_TEST_CASE(an_outage_of_sentry_delays_a_page_for_a_few_tries_only, limited) {
    hold_back();
    failing = true;
    auto const one = make_reconciler();
    for (int tries = 1; tries <= 3; ++tries) {
        BOOST_TEST(requests() == "1");
        run_due({one.get()});
        make_due();
    }
    BOOST_TEST(read_back() == "created opened");
    BOOST_TEST(requests() == "0");
}

BOOST_FIXTURE_TEST_CASE(an_issue_that_was_resolved_meanwhile_opens_nothing, limited) {
    hold_back();
    status = "resolved";
    environment = std::string("production");
    run_due({make_reconciler().get()});
    BOOST_TEST(read_back() == "resolved ignored");
    BOOST_TEST(database.sql("select count(*) from tocsin.incidents") == "0");
}

/// The request of an issue whose state is in doubt waits for its next try.
BOOST_FIXTURE_TEST_CASE(a_needed_environment_is_read_at_once, limited) {
    auto const org = "'" + std::string(incidents::test::organization) + "'";
    auto const own = "'" + std::string(incidents::test::integration) + "'";
    insert(
        "reconcile_requests (organization_id, integration_id, issue_id, due_at, tries)",
        {org, own, "'7'", "now() + interval '1 hour'", "5"}
    );
    environment = std::string("production");
    hold_back();
    run_due({make_reconciler().get()});
    BOOST_TEST(read_back() == "created opened");
}

/// A state that was read because of a doubt has no environment yet.
BOOST_FIXTURE_TEST_CASE(a_state_that_was_read_may_need_its_environment, limited) {
    auto contradiction = issue("unresolved", "7", "contradiction");
    std::get<sentry::issue>(contradiction.webhook.what).status = "resolved";
    submit({std::move(contradiction)});
    environment = std::string("production");
    auto const one = make_reconciler();
    run_due({one.get()});
    run_due({one.get()});
    BOOST_TEST(read_back() == "unresolved filtered, created opened");
}

BOOST_AUTO_TEST_SUITE_END()
