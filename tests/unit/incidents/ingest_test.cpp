#include "ingest/batch.hpp"
#include "ingest_fixture.hpp"

#include <tocsin/crypto/random.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;
using fixture = incidents::test::ingest_fixture;

BOOST_AUTO_TEST_SUITE(group_commit)

BOOST_FIXTURE_TEST_CASE(simultaneous_deliveries_share_transactions_and_number_without_gaps, fixture) {
    std::vector<verified_delivery> all;
    for (int i = 0; i < 200; ++i)
        all.push_back(issue("created", std::to_string(i % 100), "body " + std::to_string(i)));
    auto const outcomes = submit(std::move(all));
    BOOST_TEST(std::count(outcomes.begin(), outcomes.end(), "opened") == 100);
    BOOST_TEST(std::count(outcomes.begin(), outcomes.end(), "updated") == 100);
    BOOST_TEST(database.sql("select count(*) || ' ' || max(number) from tocsin.incidents") == "100 100");
    BOOST_TEST(database.sql("select last_number from tocsin.incident_counters") == "100");
    BOOST_TEST(database.sql("select count(*) from tocsin.timeline") == "200");
    // The rules contain the final numbers.
    BOOST_TEST(
        database.sql(
            "select count(*) from tocsin.deliveries where outcome = 'updated' and rule not like '%#' || incident_number || ' %'"
        ) == "0"
    );
    BOOST_TEST(database.sql("select count(distinct received_at) < 20 from tocsin.deliveries") == "t");
    BOOST_TEST(database.sql("select sentry_project_id from tocsin.mappings") == "1");
}

BOOST_FIXTURE_TEST_CASE(each_delivery_applies_to_the_state_left_by_the_ones_before, fixture) {
    auto const one = [](char const* action, char const* body) { return issue(action, "7", body); };
    // The first is written alone, while the others wait.
    auto const outcomes = submit(
        {issue("created", "1", "first"),
         one("created", "a"),
         one("created", "a"),
         one("resolved", "b"),
         one("unresolved", "c"),
         one("resolved", "b"),
         one("resolved", "b"),
         one("unresolved", "c")}
    );
    std::vector<std::string> const expected{
        "opened", "opened", "duplicate", "resolved", "reopened", "resolved", "duplicate", "reopened"
    };
    BOOST_TEST(outcomes == expected, boost::test_tools::per_element());
    BOOST_TEST(
        database.sql("select status || ' ' || reopened_count from tocsin.incidents where source_id = '7'") ==
        "open 2"
    );
    BOOST_TEST(
        database.sql(
            "select string_agg(kind, ' ' order by entry) from tocsin.timeline join tocsin.incidents on number = incident_number where source_id = '7'"
        ) == "opened resolved reopened resolved reopened"
    );
    BOOST_TEST(
        database.sql(
            "select count(*) from tocsin.deliveries d join tocsin.deliveries f on f.delivery_id = d.duplicate_of where d.body is null and f.body_sha256 = d.body_sha256"
        ) == "2"
    );
}

BOOST_FIXTURE_TEST_CASE(a_value_that_the_database_refuses_does_not_fail_other_deliveries, fixture) {
    std::vector<verified_delivery> all;
    for (int i = 0; i < 120; ++i) {
        // Decoding removes such texts; this one stands for other values that the database may refuse.
        bool const is_bad = i % 40 == 7;
        all.push_back(issue(
            "created",
            std::to_string(i),
            "body " + std::to_string(i),
            is_bad        ? std::string("a\0b", 3)
            : i % 40 == 9 ? std::string(600, 'x')
                          : "Title"
        ));
    }
    auto const outcomes = submit(std::move(all));
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        BOOST_TEST(outcomes[i] == (i % 40 == 7 || i % 40 == 9 ? "unreadable" : "opened"), i);
    BOOST_TEST(database.sql("select count(*) || ' ' || max(number) from tocsin.incidents") == "114 114");
    BOOST_TEST(database.sql("select count(*) from tocsin.deliveries where body is not null") == "120");
}

/// One issue after the other, each in another order.
BOOST_FIXTURE_TEST_CASE(deliveries_end_in_the_same_state_in_any_order, fixture) {
    std::mt19937 random(19);
    constexpr int orders = 8;
    for (int order = 0; order < orders; ++order) {
        auto const id = std::to_string(1000 + order);
        std::vector<verified_delivery> all;
        for (int n = 1; n <= 160; ++n) {
            all.push_back(event(id, n));
            if (n % 4 == 0) all.push_back(event(id, n));  // again
        }
        std::get<sentry::issue>(all.emplace_back(issue("created", id, "created")).webhook.what).last_seen =
            parse_rfc3339("2026-03-02T10:00:00Z");
        std::shuffle(all.begin(), all.end(), random);
        submit(std::move(all));
    }
    BOOST_TEST(database.sql("select count(*) from tocsin.incidents") == std::to_string(orders));
    BOOST_TEST(
        database.sql(
            "select string_agg(distinct concat_ws(' ', status, severity, title, environment, release, level, occurrences, extract(epoch from last_seen_at)::bigint), '; ') from tocsin.incidents"
        ) == "open critical Title 160 environment 1 1.160 error 161 1772445760"
    );
    BOOST_TEST(
        database.sql("select count(*) from tocsin.deliveries where outcome = 'duplicate'") ==
        std::to_string(orders * 40)
    );
}

BOOST_FIXTURE_TEST_CASE(an_event_counts_once_in_one_batch_and_in_several, fixture) {
    auto const report = [](int n, char const* rule) {
        auto delivery = event("7", n);
        delivery.body += rule;
        std::get<sentry::event_alert>(delivery.webhook.what).rule = rule;
        return delivery;
    };
    submit({report(1, "A"), report(1, "B"), report(1, "C")});
    submit({report(1, "D")});
    submit({report(2, "A"), report(1, "B again")});
    BOOST_TEST(database.sql("select occurrences from tocsin.incidents") == "2");
    // As Sentry may send it: the same report in other bytes.
    auto again = report(1, "B");
    again.body = "B in other bytes";
    auto const outcomes = submit({std::move(again)});
    BOOST_TEST(outcomes.front() == "duplicate");
    BOOST_TEST(
        database.sql(
            "select string_agg(length(reports)::text, ' ' order by length(reports)) from tocsin.applied_events"
        ) == "24 120"
    );
    BOOST_TEST(
        database.sql(
            "select convert_from(f.body, 'UTF8') from tocsin.deliveries d join tocsin.deliveries f on f.delivery_id = d.duplicate_of"
        ) == "event 1B"
    );
}

BOOST_FIXTURE_TEST_CASE(an_assignment_in_sentry_finds_the_member_by_address, fixture) {
    database.sql(
        "with person as (insert into tocsin.users (user_id, email, name, password_hash) "
        "values (gen_random_uuid(), 'Grace@acme.example', 'Grace', 'fake') returning user_id) "
        "insert into tocsin.members (organization_id, user_id, role) "
        "select organization_id, user_id, 'responder' from tocsin.organizations, person"
    );
    auto const assigned = [](char const* name, char const* email) {
        auto delivery = issue("assigned", "7", name);
        auto& about = std::get<sentry::issue>(delivery.webhook.what);
        about.names_assignee = true;
        about.assignee = name;
        about.assignee_email = email;
        return delivery;
    };
    auto const assignees = [&] {
        return database.sql(
            "select concat_ws(' ', sentry_assignee, coalesce(assignee, '-')) from tocsin.incidents"
        );
    };
    submit({issue("created", "7", "created"), assigned("Stranger", "stranger@example.com")});
    BOOST_TEST(assignees() == "Stranger -");
    submit({assigned("Grace", "grace@ACME.example")});
    BOOST_TEST(assignees() == "Grace Grace@acme.example");
    submit({assigned("Stranger", "")});
    BOOST_TEST(assignees() == "Stranger Grace@acme.example");
}

/// The alert of a monitor and the issue that Sentry keeps beside it.
struct monitor_webhooks {
    std::string rule, issue_id;

    verified_delivery alert(char const* action, int period) const {
        sentry::metric_alert about;
        about.id = std::to_string(period);
        about.rule_id = rule;
        about.title = "p95 of rule " + rule;
        about.projects = {"checkout"};
        return delivery(sentry::resource::metric_alert, action, std::move(about), std::to_string(period));
    }
    verified_delivery issue(char const* action) const {
        sentry::issue about;
        about.id = issue_id;
        about.title = "p95 of rule " + rule;
        about.category = "metric";
        about.status = action == std::string("resolved") ? "resolved" : "unresolved";
        about.project = {"1", "checkout", "Checkout"};
        return delivery(sentry::resource::issue, action, std::move(about), "issue");
    }
    verified_delivery comment() const {
        return delivery(
            sentry::resource::comment,
            "created",
            sentry::comment{issue_id, "checkout", "hm", "9", "now"},
            "comment"
        );
    }
    template <class What>
    verified_delivery delivery(
        sentry::resource resource, char const* action, What what, std::string const& body
    ) const {
        auto made = fixture::issue(action, issue_id, rule + action + body);
        made.webhook.resource = resource;
        made.webhook.what = std::move(what);
        return made;
    }
};

BOOST_FIXTURE_TEST_CASE(a_monitor_and_its_issue_are_one_incident_whichever_comes_first, fixture) {
    auto const counts = [&](char const* kind) {
        return database.sql(
            std::string(
                "select concat_ws(' ', count(*), string_agg(status, ' ')) from tocsin.incidents where source_kind = '"
            ) +
            kind + "'"
        );
    };
    monitor_webhooks const first{"7", "70"};
    submit({first.alert("critical", 1)});
    BOOST_TEST(submit({first.issue("unresolved")}).front() == "updated");
    BOOST_TEST(submit({first.comment()}).front() == "updated");
    BOOST_TEST(submit({first.alert("resolved", 1)}).front() == "resolved");
    BOOST_TEST(counts("metric_alert") == "1 resolved");
    BOOST_TEST(counts("issue") == "0");

    monitor_webhooks const second{"8", "80"};
    submit({second.issue("unresolved")});
    BOOST_TEST(submit({second.alert("critical", 1)}).front() == "updated");
    BOOST_TEST(counts("issue") == "1 open");
    // The monitor gets another name.
    auto renamed = second.alert("resolved", 1);
    std::get<sentry::metric_alert>(renamed.webhook.what).title = "another name";
    BOOST_TEST(submit({std::move(renamed)}).front() == "resolved");

    // Two rules of the same name are two sources.
    auto same_name = monitor_webhooks{"10", "100"}.alert("critical", 1);
    std::get<sentry::metric_alert>(same_name.webhook.what).title = "p95 of rule 7";
    auto again = monitor_webhooks{"11", "110"}.alert("critical", 1);
    std::get<sentry::metric_alert>(again.webhook.what).title = "p95 of rule 7";
    auto const outcomes = submit({std::move(same_name), std::move(again)});
    BOOST_TEST(std::count(outcomes.begin(), outcomes.end(), "opened") == 2);

    // Both in one batch, after another delivery that is written alone.
    monitor_webhooks const third{"9", "90"};
    submit({issue("created", "1", "first"), third.alert("critical", 1), third.issue("unresolved")});
    BOOST_TEST(database.sql("select count(*) from tocsin.incidents where title = 'p95 of rule 9'") == "1");
    BOOST_TEST(
        database.sql(
            "select string_agg(rule_id || ' ' || issue_id, ', ' order by rule_id) from tocsin.metric_monitors"
        ) == "7 70, 8 80, 9 90"
    );
}

/// Two ingests with their own connections and queues, as in two processes.
struct two_processes : fixture {
    two_processes() {
        auto options = database.pool_options("tocsin_ingest");
        // As in the service: a longer wait for a row fails.
        options.statement_timeout = std::chrono::milliseconds(700);
        other_pool.emplace(options);
        other.emplace(loop.get_executor(), *other_pool, rule_settings{}, system_clock(), metrics);
    }
    async::task<> submit_to_other(verified_delivery delivery) { co_await other->submit(std::move(delivery)); }

    std::optional<db::pool> other_pool;
    std::optional<ingest> other;
};

BOOST_FIXTURE_TEST_CASE(processes_that_write_the_same_issues_refuse_nothing, two_processes) {
    constexpr int rounds = 8, issues = 150;
    int failed = 0;
    for (int round = 0; round < rounds; ++round) {
        async::task_group tasks(loop.get_executor());
        tasks.on_error([&failed](std::exception_ptr) { ++failed; });
        std::string unused;
        for (int i = 0; i < issues; ++i) {
            // Half of the issues are known from the previous round.
            auto const id = std::to_string(round * issues / 2 + i);
            auto const mine = (i + round) % 2 == 0;
            auto created = issue("created", id, "created " + id + " in " + std::to_string(round));
            auto fired = event(id, round + 1);
            tasks.spawn(submit_one(mine ? std::move(created) : std::move(fired), unused));
            tasks.spawn(submit_to_other(mine ? std::move(fired) : std::move(created)));
        }
        tasks.spawn(stop_after(tasks));
        loop.run();
    }
    BOOST_TEST(failed == 0);
    BOOST_TEST(
        database.sql(
            "select count(*) || ' ' || count(distinct source_id) || ' ' || max(number) from tocsin.incidents"
        ) == "675 675 675"
    );
    BOOST_TEST(database.sql("select count(*) from tocsin.deliveries") == std::to_string(rounds * issues * 2));
    BOOST_TEST(
        database.sql(
            "select count(*) from tocsin.sources s join tocsin.incidents i on i.source_id = s.source_id where s.last_incident is distinct from i.number"
        ) == "0"
    );
}

// Two batches that lock the same rows in different orders would deadlock. Here another transaction holds the
// first row, an organization's counter: a batch that waits for it must not hold a row that comes later.
BOOST_FIXTURE_TEST_CASE(a_batch_that_waits_for_a_counter_holds_no_source, two_processes) {
    submit({issue("created", "known", "the first")});
    constexpr db::statement hold{
        "hold_counters_in_a_test", "select last_number from tocsin.incident_counters for update"
    };
    int n = 0;
    for (auto const mode : {concurrency::optimistic, concurrency::pessimistic}) {
        std::promise<void> is_held, release;
        std::thread holder([&] {
            async::run_to_end(other_pool->transact(db::no_tenant, [&](db::transaction& tx) {
                tx.run(hold);
                is_held.set_value();
                release.get_future().wait();
            }));
        });
        is_held.get_future().wait();
        auto const body = std::to_string(++n);
        prepared_delivery const repeated(
            issue("created", "known", "known " + body), {crypto::uuid_v7(system_clock().now())}
        );
        prepared_delivery const fresh(
            issue("created", "fresh " + body, body), {crypto::uuid_v7(system_clock().now())}
        );
        std::thread writer([&] {
            async::run_to_end(pool->transact(db::no_tenant, [&](db::transaction& tx) {
                write_batch(tx, {&repeated, &fresh}, rule_settings{}, mode);
            }));
        });
        while (
            database.sql(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            ) != "1"
        )
            std::this_thread::yield();
        BOOST_TEST(
            database.sql(
                "select count(*) from (select from tocsin.sources where source_id = 'known' for update skip locked) free"
            ) == "1"
        );
        release.set_value();
        holder.join();
        writer.join();
    }
    BOOST_TEST(
        database.sql(
            "select string_agg(source_id || ' ' || version, ', ' order by number) from tocsin.incidents"
        ) == "known 3, fresh 1 1, fresh 2 1"
    );
}

BOOST_FIXTURE_TEST_CASE(deliveries_after_an_uninstall_have_no_effect, fixture) {
    verified_delivery gone = issue("deleted", "1", "gone");
    gone.webhook.resource = sentry::resource::installation;
    gone.webhook.what = sentry::installation_change{};
    verified_delivery strange = issue("created", "4", "strange");
    strange.webhook.installation = *uuid::parse("00000000-0000-4000-8000-000000000001");
    auto const outcomes = submit(
        {issue("created", "1", "first"),
         issue("created", "2", "before"),
         std::move(gone),
         issue("created", "3", "after"),
         std::move(strange)}
    );
    std::vector<std::string> const expected{"opened", "opened", "updated", "inactive", "no receiver"};
    BOOST_TEST(outcomes == expected, boost::test_tools::per_element());
    BOOST_TEST(database.sql("select status_reason from tocsin.integrations") == "uninstalled");
}

BOOST_FIXTURE_TEST_CASE(deliveries_are_refused_while_nothing_can_be_written, fixture) {
    database.sql("alter table tocsin.deliveries rename to deliveries_gone");
    std::vector<verified_delivery> all;
    for (int i = 0; i < 10; ++i) all.push_back(issue("created", std::to_string(i), "body"));
    async::task_group tasks(loop.get_executor());
    int failed = 0;
    tasks.on_error([&failed](std::exception_ptr) { ++failed; });
    std::string unused;
    for (auto& one : all) tasks.spawn(submit_one(std::move(one), unused));
    tasks.spawn(stop_after(tasks));
    loop.run();
    BOOST_TEST(failed == 10);
    BOOST_TEST(database.sql("select count(*) from tocsin.incidents") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
