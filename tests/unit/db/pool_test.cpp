#include "support/test_database.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/db/array.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>

using namespace tocsin;
using namespace std::chrono_literals;
using test::run;

namespace {

organization_id const acme{*uuid::parse("01900000-0000-7000-8000-00000000000a")};
organization_id const globex{*uuid::parse("01900000-0000-7000-8000-00000000000b")};

constexpr db::statement count_organizations{
    "test_count_organizations", "select count(*) as found from tocsin.organizations"
};
constexpr db::statement own_backend{
    "test_own_backend",
    "select pg_backend_pid() as pid, current_user as role, current_setting('app.tenant', true) as tenant"
};
constexpr db::statement sleep_long{"test_sleep_long", "select pg_sleep(60)"};
constexpr db::statement insert_service{
    "test_insert_service",
    "insert into tocsin.services (organization_id, service_id, slug, name) values ($1, gen_random_uuid(), $2, $2)"
};
constexpr db::statement count_services{
    "test_count_services", "select count(*) as found from tocsin.services"
};
constexpr db::statement echo{
    "test_echo",
    "select $1::text as text, $2::bigint as number, $3::text[] as list, $4::timestamptz as time, $5::bytea as bytes"
};
constexpr db::statement unnest_all{
    "test_unnest",
    "select k.* from unnest($1::uuid[], $2::text[], $3::bigint[], $4::boolean[], $5::timestamptz[], $6::bytea[]) with ordinality as k (id, text, number, flag, time, bytes, nth)"
};
constexpr db::statement divide{"test_divide", "select 1 / $1::int"};

struct pool_fixture {
    pool_fixture() {
        database.sql(
            "insert into tocsin.organizations (organization_id, slug, name) values ('" + acme.str() +
            "', 'acme', 'Acme'), ('" + globex.str() + "', 'globex', 'Globex')"
        );
        auto options = database.pool_options("tocsin_gateway");
        adjust(options);
        pool.emplace(std::move(options));
    }
    virtual ~pool_fixture() = default;

    std::int64_t count(db::tenant of, db::statement const& what) {
        return run(pool->transact(of, [&what](db::transaction& tx) {
            return tx.run(what)[0].get<std::int64_t>("found");
        }));
    }
    static void adjust(db::pool_options& options) {
        options.statement_timeout = 2'000ms;
        options.work_deadline = 3'000ms;
    }

    test::test_database database;
    std::optional<db::pool> pool;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pool)

BOOST_FIXTURE_TEST_CASE(values_are_read_as_they_were_sent, pool_fixture) {
    auto const at = *parse_rfc3339("2026-03-02T09:14:05.123456Z");
    byte_string const bytes{0, 1, 2, 255};
    run(pool->transact(db::no_tenant, [&](db::transaction& tx) {
        auto const row = tx.run(
            echo, "Ünï", std::int64_t{1} << 60, std::vector<std::string>{"a,b", "\"", ""}, at, bytes
        )[0];
        BOOST_TEST(row.text("text") == "Ünï");
        BOOST_TEST(row.get<std::int64_t>("number") == std::int64_t{1} << 60);
        BOOST_TEST(
            row.get<std::vector<std::string>>("list") == (std::vector<std::string>{"a,b", "\"", ""}),
            boost::test_tools::per_element()
        );
        BOOST_TEST((row.get<timestamp>("time") == at));
        BOOST_TEST((row.get<byte_string>("bytes") == bytes));
        BOOST_CHECK_THROW(row.text("missing"), std::exception);
    }));
}

BOOST_FIXTURE_TEST_CASE(a_row_outlives_its_result, pool_fixture) {
    auto const kept =
        run(pool->transact(db::no_tenant, [](db::transaction& tx) { return tx.run(own_backend).first(); }));
    BOOST_TEST(kept.value().text("role") == "tocsin_gateway");
}

BOOST_FIXTURE_TEST_CASE(a_transaction_sees_its_own_organization_and_leaves_nothing_behind, pool_fixture) {
    BOOST_TEST(count(db::tenant{acme}, count_organizations) == 1);
    BOOST_TEST(count(db::no_tenant, count_organizations) == 0);
    run(pool->transact(acme, [](db::transaction& tx) { tx.run(insert_service, acme, "checkout"); }));
    BOOST_TEST(count(db::tenant{acme}, count_services) == 1);
    BOOST_TEST(count(db::tenant{globex}, count_services) == 0);
    BOOST_CHECK_THROW(
        run(pool->transact(acme, [](db::transaction& tx) { tx.run(insert_service, globex, "planted"); })),
        db::statement_error
    );
    BOOST_TEST(
        database.sql("select count(*) from tocsin.services where organization_id = '" + globex.str() + "'") ==
        "0"
    );
}

BOOST_FIXTURE_TEST_CASE(an_exception_rolls_back_and_names_the_constraint, pool_fixture) {
    run(pool->transact(acme, [](db::transaction& tx) { tx.run(insert_service, acme, "checkout"); }));
    try {
        run(pool->transact(acme, [](db::transaction& tx) {
            tx.run(insert_service, acme, "search");
            tx.run(insert_service, acme, "checkout");
        }));
        BOOST_ERROR("the second service with the same slug was accepted");
    } catch (db::constraint_violation const& why) {
        BOOST_TEST(why.constraint == "services_slug_key");
    }
    BOOST_CHECK_THROW(
        run(pool->transact(db::no_tenant, [](db::transaction& tx) { tx.run(divide, 0); })), db::bad_value
    );
    // A CHECK is about the value alone: a retry cannot succeed.
    BOOST_CHECK_THROW(
        run(pool->transact(acme, [](db::transaction& tx) { tx.run(insert_service, acme, "No Slug"); })),
        db::bad_value
    );
    BOOST_CHECK_THROW(
        run(pool->transact(
            acme,
            [](db::transaction& tx) {
                tx.run(insert_service, acme, "search");
                throw failure({errc::conflict, "changed my mind"});
            }
        )),
        failure
    );
    BOOST_TEST(count(db::tenant{acme}, count_services) == 1);
}

BOOST_FIXTURE_TEST_CASE(error_result_rolls_back, pool_fixture) {
    auto const refused = run(pool->transact_result(acme, [](db::transaction& tx) -> result<int> {
        tx.run(insert_service, acme, "checkout");
        return error{errc::conflict, "refused"};
    }));
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().detail == "refused");
    BOOST_TEST(count(db::tenant{acme}, count_services) == 0);
    auto const stored = run(pool->transact_result(acme, [](db::transaction& tx) -> result<int> {
        tx.run(insert_service, acme, "checkout");
        return 7;
    }));
    BOOST_TEST(stored.value() == 7);
    BOOST_TEST(count(db::tenant{acme}, count_services) == 1);
    auto const done = run(pool->transact_result(acme, [](db::transaction& tx) -> result<void> {
        tx.run(insert_service, acme, "search");
        return {};
    }));
    BOOST_TEST(done.has_value());
    BOOST_TEST(count(db::tenant{acme}, count_services) == 2);
}

BOOST_FIXTURE_TEST_CASE(a_constraint_violation_becomes_an_error, pool_fixture) {
    auto const insert = [&](char const* slug) {
        return run(pool->transact_result(
            acme,
            [=](db::transaction& tx) -> result<int> {
                tx.run(insert_service, acme, slug);
                return 7;
            },
            [](db::constraint_violation const& why) { return error{errc::conflict, why.constraint}; }
        ));
    };
    BOOST_TEST(insert("checkout").value() == 7);
    BOOST_TEST(insert("checkout").error().detail == "services_slug_key");
    BOOST_CHECK_THROW(insert("No Slug"), db::bad_value);
    BOOST_CHECK_THROW(
        run(pool->transact_result(
            acme,
            [](db::transaction& tx) -> result<void> {
                tx.run(insert_service, acme, "checkout");
                return {};
            }
        )),
        db::constraint_violation
    );
    BOOST_TEST(count(db::tenant{acme}, count_services) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_killed_backend_is_replaced_with_its_role_and_tenant, pool_fixture) {
    for (int round = 0; round < 6; ++round) {
        auto const victim = run(pool->transact(db::no_tenant, [](db::transaction& tx) {
            return tx.run(own_backend)[0].get<int>("pid");
        }));
        database.sql("select pg_terminate_backend(" + std::to_string(victim) + ", 1000)");
        // No use may fail or run without the role and the tenant; libpqxx alone would reconnect without them.
        for (int use = 0; use < 6; ++use) {
            auto const row =
                run(pool->transact(acme, [](db::transaction& tx) { return tx.run(own_backend)[0]; }));
            BOOST_TEST(row.text("role") == "tocsin_gateway");
            BOOST_TEST(row.text("tenant") == acme.str());
        }
    }
}

BOOST_FIXTURE_TEST_CASE(work_fails_once_if_its_backend_dies, pool_fixture) {
    auto const runs = std::make_shared<std::atomic<int>>(0);
    auto const dying = [this, runs](db::transaction& tx) {
        ++*runs;
        auto const own = tx.run(own_backend)[0].get<int>("pid");
        database.sql("select pg_terminate_backend(" + std::to_string(own) + ", 1000)");
        tx.run(insert_service, acme, "checkout");
    };
    BOOST_CHECK_THROW(run(pool->transact(acme, dying)), db::unavailable);
    BOOST_TEST(runs->load() == 1);
    BOOST_TEST(count(db::tenant{acme}, count_organizations) == 1);
}

BOOST_FIXTURE_TEST_CASE(conflicts_run_again, pool_fixture) {
    run(pool->transact(acme, [](db::transaction& tx) {
        tx.run(insert_service, acme, "a");
        tx.run(insert_service, acme, "b");
    }));
    // Two transactions lock the same two rows in opposite order: PostgreSQL ends one of them, and the pool
    // runs it again.
    static constexpr db::statement touch{
        "test_touch", "update tocsin.services set description = description || '+' where slug = $1"
    };
    // PostgreSQL detects deadlocks after a second; no timeout may end the wait before that.
    auto options = database.pool_options("tocsin_gateway");
    options.statement_timeout = 10'000ms;
    options.work_deadline = 20'000ms;
    db::pool patient(std::move(options));
    auto const both_locked = std::make_shared<std::latch>(2);
    auto const crossing = [&patient, both_locked](char const* first, char const* second) {
        auto const runs = std::make_shared<std::atomic<int>>(0);
        run(patient.transact(acme, [=](db::transaction& tx) {
            tx.run(touch, first);
            if (++*runs == 1) both_locked->arrive_and_wait();
            tx.run(touch, second);
        }));
        return runs->load();
    };
    auto other = std::async(std::launch::async, [&] { return crossing("b", "a"); });
    int const runs = crossing("a", "b") + other.get();
    BOOST_TEST(runs >= 3);
    BOOST_TEST(database.sql("select string_agg(description, ',') from tocsin.services") == "++,++");
}

BOOST_FIXTURE_TEST_CASE(a_statement_times_out, pool_fixture) {
    auto const begin = std::chrono::steady_clock::now();
    BOOST_CHECK_THROW(
        run(pool->transact(db::no_tenant, [](db::transaction& tx) { tx.run(sleep_long); })), db::unavailable
    );
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 10s));
    BOOST_TEST(count(db::tenant{acme}, count_organizations) == 1);
}

BOOST_FIXTURE_TEST_CASE(the_supervisor_shuts_down_a_connection_without_answer, pool_fixture) {
    auto options = database.pool_options("tocsin_gateway");
    options.connections = 1;
    options.statement_timeout = 60'000ms;  // as if the server never answered
    options.work_deadline = 500ms;
    db::pool stuck(std::move(options));
    auto const begin = std::chrono::steady_clock::now();
    BOOST_CHECK_THROW(
        run(stuck.transact(db::no_tenant, [](db::transaction& tx) { tx.run(sleep_long); })), db::unavailable
    );
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s));
    BOOST_TEST(run(stuck.transact(acme, [](db::transaction& tx) {
                   return tx.run(count_organizations)[0].get<int>("found");
               })) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_full_queue_refuses_at_once, pool_fixture) {
    auto options = database.pool_options("tocsin_gateway");
    options.connections = 1;
    options.queue = 1;
    options.max_wait = 60'000ms;
    auto narrow = std::make_unique<db::pool>(std::move(options));
    auto const entered = std::make_shared<std::latch>(1);
    auto const leave = std::make_shared<std::latch>(1);
    auto busy = std::async(std::launch::async, [&] {
        run(narrow->transact(db::no_tenant, [=](db::transaction&) {
            entered->count_down();
            leave->wait();
        }));
    });
    entered->wait();
    auto waiting = std::async(std::launch::async, [&] {
        run(narrow->transact(db::no_tenant, [](db::transaction&) {}));
    });
    while (narrow->state().waiting == 0) std::this_thread::yield();
    BOOST_CHECK_THROW(run(narrow->transact(db::no_tenant, [](db::transaction&) {})), db::unavailable);
    leave->count_down();
    busy.get();
    waiting.get();
}

BOOST_FIXTURE_TEST_CASE(a_role_that_cannot_be_assumed_is_refused, pool_fixture) {
    db::pool wrong(database.pool_options("no_such_role"));
    BOOST_CHECK_THROW(run(wrong.transact(db::no_tenant, [](db::transaction&) {})), std::exception);
}

BOOST_FIXTURE_TEST_CASE(arrays_are_read_as_they_were_sent, pool_fixture) {
    auto const at = *parse_rfc3339("1999-03-02T09:14:05.123456Z");
    db::array<uuid> ids;
    db::array<std::string_view> texts;
    db::array<std::int64_t> numbers;
    db::array<bool> flags;
    db::array<timestamp> times;
    db::array<byte_view> bytes;
    ids.add(acme);
    ids.add(std::optional<organization_id>());
    texts.add("Ünï, {\"\\}");
    texts.add(std::optional<std::string>());
    numbers.add(-(std::int64_t{1} << 60));
    numbers.add(std::optional<std::int64_t>());
    flags.add(true);
    flags.add(std::optional<bool>());
    times.add(at);
    times.add(std::optional<timestamp>());
    byte_string const all{0, 1, 0, 255};
    bytes.add(all);
    bytes.add(std::optional<byte_view>());
    run(pool->transact(db::no_tenant, [&](db::transaction& tx) {
        auto const rows = tx.run(unnest_all, ids, texts, numbers, flags, times, bytes);
        BOOST_REQUIRE(rows.size() == 2);
        BOOST_TEST((rows[0].get<organization_id>("id") == acme));
        BOOST_TEST(rows[0].text("text") == "Ünï, {\"\\}");
        BOOST_TEST(rows[0].get<std::int64_t>("number") == -(std::int64_t{1} << 60));
        BOOST_TEST(rows[0].get<bool>("flag"));
        BOOST_TEST((rows[0].get<timestamp>("time") == at));
        BOOST_TEST((rows[0].get<byte_string>("bytes") == all));
        for (auto const* column : {"id", "text", "number", "flag", "time", "bytes"})
            BOOST_TEST(rows[1].is_null(column));
        BOOST_TEST(tx.run(
                         unnest_all,
                         db::array<uuid>(),
                         db::array<std::string_view>(),
                         db::array<std::int64_t>(),
                         db::array<bool>(),
                         db::array<timestamp>(),
                         db::array<byte_view>()
        )
                       .empty());
    }));
    BOOST_CHECK_THROW(texts.add(std::string_view("a\0b", 3)), db::bad_value);
}

BOOST_AUTO_TEST_SUITE_END()
