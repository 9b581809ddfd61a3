#include "ingest_batch.hpp"
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

BOOST_FIXTURE_TEST_CASE(what_comes_together_is_written_together_and_numbered_without_gaps, fixture) {
    std::vector<arrival> all;
    for (int i = 0; i < 200; ++i)
        all.push_back(issue("created", std::to_string(i % 100), "body " + std::to_string(i)));
    auto const outcomes = take(std::move(all));
    BOOST_TEST(std::count(outcomes.begin(), outcomes.end(), "opened") == 100);
    BOOST_TEST(std::count(outcomes.begin(), outcomes.end(), "updated") == 100);
    BOOST_TEST(database.sql("select count(*) || ' ' || max(number) from tocsin.incidents") == "100 100");
    BOOST_TEST(database.sql("select last_number from tocsin.incident_counters") == "100");
    BOOST_TEST(database.sql("select count(*) from tocsin.timeline") == "200");
    // Which incident it was that stood open, the rule says by its real number.
    BOOST_TEST(
        database.sql(
            "select count(*) from tocsin.deliveries where outcome = 'updated' and rule not like '%#' || "
            "incident_number || ' %'"
        ) == "0"
    );
    BOOST_TEST(database.sql("select count(distinct received_at) < 20 from tocsin.deliveries") == "t");
    BOOST_TEST(database.sql("select sentry_project_id from tocsin.mappings") == "1");
}

BOOST_FIXTURE_TEST_CASE(each_sees_what_those_before_it_did, fixture) {
    auto const one = [](char const* action, char const* body) { return issue(action, "7", body); };
    // The first is written alone, while the others gather.
    auto const outcomes = take(
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
        database.sql("select string_agg(kind, ' ' order by entry) from tocsin.timeline join tocsin.incidents "
                     "on number = "
                     "incident_number where source_id = '7'") == "opened resolved reopened resolved reopened"
    );
    BOOST_TEST(
        database.sql("select count(*) from tocsin.deliveries d join tocsin.deliveries f on f.delivery_id = "
                     "d.duplicate_of where d.body is null and f.body_sha256 = d.body_sha256") == "2"
    );
}

BOOST_FIXTURE_TEST_CASE(a_value_that_the_database_refuses_fails_nobody_else, fixture) {
    std::vector<arrival> all;
    for (int i = 0; i < 120; ++i) {
        // Decoding lets no such text through; here it stands for whatever else the database may refuse.
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
    auto const outcomes = take(std::move(all));
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        BOOST_TEST(outcomes[i] == (i % 40 == 7 || i % 40 == 9 ? "unreadable" : "opened"), i);
    BOOST_TEST(database.sql("select count(*) || ' ' || max(number) from tocsin.incidents") == "114 114");
    BOOST_TEST(database.sql("select count(*) from tocsin.deliveries where body is not null") == "120");
}

/// Of one issue after the other, told in another order each time, in batches as they come.
BOOST_FIXTURE_TEST_CASE(histories_end_alike_in_whatever_order_they_are_written, fixture) {
    std::mt19937 random(19);
    constexpr int orders = 8;
    for (int order = 0; order < orders; ++order) {
        auto const id = std::to_string(1000 + order);
        std::vector<arrival> all;
        for (int n = 1; n <= 160; ++n) {
            all.push_back(event(id, n));
            if (n % 4 == 0) all.push_back(event(id, n));  // again
        }
        std::get<sentry::issue>(all.emplace_back(issue("created", id, "created")).hook.what).last_seen =
            parse_rfc3339("2026-03-02T10:00:00Z");
        std::shuffle(all.begin(), all.end(), random);
        take(std::move(all));
    }
    BOOST_TEST(database.sql("select count(*) from tocsin.incidents") == std::to_string(orders));
    BOOST_TEST(
        database.sql(
            "select string_agg(distinct concat_ws(' ', status, severity, title, environment, release, level, "
            "occurrences, extract(epoch from last_seen_at)::bigint), '; ') from tocsin.incidents"
        ) == "open critical Title 160 environment 1 1.160 error 161 1772445760"
    );
    BOOST_TEST(
        database.sql("select count(*) from tocsin.deliveries where outcome = 'duplicate'") ==
        std::to_string(orders * 40)
    );
}

/// As in another process: its own connections, its own queue.
struct two_of_them : fixture {
    two_of_them() {
        auto options = database.pool_options("tocsin_ingest");
        // The service's: who waits for a row for longer is refused.
        options.statement_timeout = std::chrono::milliseconds(700);
        other_pool.emplace(options);
        other.emplace(loop.get_executor(), *other_pool, rule_settings{}, system_clock(), metrics);
    }
    async::task<> keep_by_other(arrival what) { co_await other->take(std::move(what)); }

    std::optional<db::pool> other_pool;
    std::optional<ingest> other;
};

BOOST_FIXTURE_TEST_CASE(two_processes_that_meet_at_the_same_issues_refuse_nothing, two_of_them) {
    constexpr int rounds = 8, issues = 150;
    int failed = 0;
    for (int round = 0; round < rounds; ++round) {
        async::task_group tasks(loop.get_executor());
        tasks.on_error([&failed](std::exception_ptr) { ++failed; });
        std::string unused;
        for (int i = 0; i < issues; ++i) {
            // Half of them are known from the round before.
            auto const id = std::to_string(round * issues / 2 + i);
            auto const mine = (i + round) % 2 == 0;
            auto created = issue("created", id, "created " + id + " in " + std::to_string(round));
            auto fired = event(id, round + 1);
            tasks.spawn(keep(mine ? std::move(created) : std::move(fired), unused));
            tasks.spawn(keep_by_other(mine ? std::move(fired) : std::move(created)));
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
            "select count(*) from tocsin.sources s join tocsin.incidents i on i.source_id = s.source_id "
            "where s.last_incident is distinct from i.number"
        ) == "0"
    );
}

// Two batches that lock the same things in different orders would wait for each other until both are refused.
// Here another transaction holds the first thing, an organization's counter: who waits for it must hold
// nothing that comes after it.
BOOST_FIXTURE_TEST_CASE(who_waits_for_a_counter_holds_no_source, two_of_them) {
    take({issue("created", "known", "the first")});
    constexpr db::statement hold{
        "hold_counters_in_a_test", "select last_number from tocsin.incident_counters for update"
    };
    int n = 0;
    for (auto const how : {guarded::by_versions, guarded::by_locks}) {
        std::promise<void> held, let_go;
        std::thread holder([&] {
            async::run_to_end(other_pool->transact(db::no_tenant, [&](db::transaction& tx) {
                tx.run(hold);
                held.set_value();
                let_go.get_future().wait();
            }));
        });
        held.get_future().wait();
        auto const body = std::to_string(++n);
        batched_delivery const repeated(
            issue("created", "known", "known " + body), {crypto::uuid_v7(system_clock().now())}
        );
        batched_delivery const fresh(
            issue("created", "fresh " + body, body), {crypto::uuid_v7(system_clock().now())}
        );
        std::thread writer([&] {
            async::run_to_end(pool->transact(db::no_tenant, [&](db::transaction& tx) {
                write_batch(tx, {&repeated, &fresh}, rule_settings{}, how);
            }));
        });
        while (database.sql("select count(*) from pg_stat_activity where datname = current_database() and "
                            "wait_event_type = 'Lock'") != "1")
            std::this_thread::yield();
        BOOST_TEST(
            database.sql(
                "select count(*) from (select from tocsin.sources where source_id = 'known' for update skip "
                "locked) free"
            ) == "1"
        );
        let_go.set_value();
        holder.join();
        writer.join();
    }
    BOOST_TEST(
        database.sql(
            "select string_agg(source_id || ' ' || version, ', ' order by number) from tocsin.incidents"
        ) == "known 3, fresh 1 1, fresh 2 1"
    );
}

BOOST_FIXTURE_TEST_CASE(after_an_uninstall_nothing_has_an_effect, fixture) {
    arrival gone = issue("deleted", "1", "gone");
    gone.hook.resource = sentry::resource::installation;
    gone.hook.what = sentry::installation_change{};
    arrival strange = issue("created", "4", "strange");
    strange.hook.installation = *uuid::parse("00000000-0000-4000-8000-000000000001");
    auto const outcomes = take(
        {issue("created", "1", "first"),
         issue("created", "2", "before"),
         std::move(gone),
         issue("created", "3", "after"),
         std::move(strange)}
    );
    std::vector<std::string> const expected{"opened", "opened", "updated", "inactive", "nobody's"};
    BOOST_TEST(outcomes == expected, boost::test_tools::per_element());
    BOOST_TEST(database.sql("select status_reason from tocsin.integrations") == "uninstalled");
}

BOOST_FIXTURE_TEST_CASE(where_nothing_can_be_written_everybody_is_refused, fixture) {
    database.sql("alter table tocsin.deliveries rename to deliveries_gone");
    std::vector<arrival> all;
    for (int i = 0; i < 10; ++i) all.push_back(issue("created", std::to_string(i), "body"));
    async::task_group tasks(loop.get_executor());
    int failed = 0;
    tasks.on_error([&failed](std::exception_ptr) { ++failed; });
    std::string unused;
    for (auto& one : all) tasks.spawn(keep(std::move(one), unused));
    tasks.spawn(stop_after(tasks));
    loop.run();
    BOOST_TEST(failed == 10);
    BOOST_TEST(database.sql("select count(*) from tocsin.incidents") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
