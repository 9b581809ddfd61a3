// Reconcile requests stay in the database until a process has read the issue from Sentry.
#include "ingest_fixture.hpp"

#include <tocsin/incidents/reconciler.hpp>

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
    fixture() { reconciler::declare(metrics); }

    /// Reads issues as the members below say; `before_answer` runs first.
    std::unique_ptr<reconciler> make_reconciler(int max_tries = 12) {
        auto read =
            [this](organization_id, integration_id, std::string id) -> async::task<result<sentry::issue>> {
            ++reads;
            if (before_answer) co_await before_answer();
            if (failing) co_return error{errc::unavailable, "Sentry is away"};
            if (unknown) co_return error{errc::not_found, "Sentry does not know it"};
            sentry::issue issue;
            issue.id = id;
            issue.title = "Title";
            // The first answer was already on its way.
            issue.status = is_outdated && reads > 1 ? "unresolved" : status;
            issue.project = {"1", "checkout", "Checkout"};
            issue.last_seen = system_clock().now();
            issue.substatus = "new";
            co_return issue;
        };
        auto read_newest =
            [this](organization_id, integration_id, std::string) -> async::task<result<std::string>> {
            ++environment_reads;
            co_return environment;
        };
        // Longer than a test takes.
        return std::make_unique<reconciler>(
            loop.get_executor(),
            *pool,
            std::move(read),
            std::move(read_newest),
            *receiving,
            reconciler_settings{.backoff = {1h, 1h}, .lease = 1min, .max_tries = max_tries},
            metrics
        );
    }

    /// Runs all of them at once, until they end.
    void run_due(std::vector<reconciler*> reconcilers) {
        async::task_group tasks(loop.get_executor());
        for (auto* one : reconcilers) tasks.spawn(one->run_due());
        tasks.spawn(stop_after(tasks));
        loop.run();
    }

    /// Opens an incident, and submits a delivery whose action is unresolved and whose issue is resolved.
    void leave_in_doubt(std::string const& id) {
        auto opened = issue("created", id, "created " + id);
        auto contradiction = issue("unresolved", id, "contradiction " + id);
        std::get<sentry::issue>(contradiction.webhook.what).status = "resolved";
        submit({std::move(opened)});
        submit({std::move(contradiction)});
    }
    std::string requests() { return database.sql("select count(*) from tocsin.reconcile_requests"); }
    void make_due() { database.sql("update tocsin.reconcile_requests set due_at = now()"); }

    int reads = 0;
    bool failing = false;
    bool unknown = false;
    bool is_outdated = false;
    std::string status = "resolved";
    int environment_reads = 0;
    result<std::string> environment = std::string();
    std::function<async::task<>()> before_answer;
};

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

BOOST_FIXTURE_TEST_CASE(the_request_of_an_issue_that_sentry_does_not_have_is_completed, fixture) {
    leave_in_doubt("7");
    unknown = true;
    run_due({make_reconciler().get()});
    BOOST_TEST(reads == 1);
    BOOST_TEST(requests() == "0");
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
            database.sql("truncate tocsin.deliveries, tocsin.incidents, tocsin.sources");
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
        database.sql("truncate tocsin.deliveries, tocsin.incidents, tocsin.sources");
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
