#include "ingest_fixture.hpp"

#include <tocsin/incidents/incident_service.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;

namespace {

organization_id const acme = *organization_id::parse(incidents::test::organization);
actor const person{actor_kind::user, "Ada", std::nullopt};

struct fixture : incidents::test::ingest_fixture {
    fixture() : gateway_pool(database.pool_options("tocsin_gateway")), service(gateway_pool, metrics) {
        submit({issue("created", "7", "created")});
    }

    std::string row() {
        return database.sql(
            "select concat_ws(' ', status, severity, severity_pinned, title, coalesce(assignee, '-'), version) "
            "from tocsin.incidents where number = 1"
        );
    }
    std::string entries() {
        return database.sql(
            "select string_agg(concat_ws(' ', kind, actor_type, from_value, to_value, text), ', ' order by entry) "
            "from tocsin.timeline where incident_number = 1"
        );
    }

    db::pool gateway_pool;
    incident_service service;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(people)

BOOST_FIXTURE_TEST_CASE(actions_and_deliveries_write_the_same_row, fixture) {
    auto const edited = tocsin::test::run(
        service.edit(acme, 1, {.severity = severity::critical, .title = "Named", .service = {}}, person)
    );
    BOOST_TEST(edited.value().version == 2);
    auto const resolved =
        tocsin::test::run(service.act(acme, 1, person_action::resolve, person, std::string("fixed")));
    BOOST_TEST(resolved.value().version == 3);
    submit({issue("unresolved", "7", "unresolved", "Another title")});
    BOOST_TEST(row() == "open critical t Named - 4");
    BOOST_TEST(
        entries() ==
        "opened sentry error a new issue in Sentry, severity_changed user error critical, updated user title: Named, "
        "resolved user open resolved fixed, reopened sentry resolved open the issue was unresolved in Sentry"
    );
}

BOOST_FIXTURE_TEST_CASE(a_change_that_already_holds_writes_nothing, fixture) {
    auto const before = row();
    BOOST_TEST(tocsin::test::run(service.act(acme, 1, person_action::unacknowledge, person, {})).has_value());
    BOOST_TEST(tocsin::test::run(service.assign(acme, 1, {}, person, {})).has_value());
    BOOST_TEST(row() == before);
    BOOST_TEST(entries() == "opened sentry error a new issue in Sentry");
    // A note is recorded anyway.
    BOOST_TEST(tocsin::test::run(service.act(acme, 1, person_action::unacknowledge, person, std::string("hm"))
    )
                   .has_value());
    BOOST_TEST(row() == before);
    BOOST_TEST(entries() == "opened sentry error a new issue in Sentry, noted user hm");
}

BOOST_FIXTURE_TEST_CASE(a_refused_edit_writes_nothing, fixture) {
    auto const before = row();
    auto const edited = tocsin::test::run(
        service.edit(acme, 1, {.severity = {}, .title = "Named", .service = service_id{}}, person)
    );
    BOOST_TEST((edited.error().code == errc::invalid));
    BOOST_TEST(row() == before);
    BOOST_TEST(entries() == "opened sentry error a new issue in Sentry");
}

BOOST_FIXTURE_TEST_CASE(a_manual_incident_takes_the_next_number, fixture) {
    auto const opened = tocsin::test::run(service.open(
        acme,
        {.title = "By hand",
         .service = *service_id::parse(incidents::test::organization),
         .severity = severity::warning,
         .note = "look"},
        person
    ));
    BOOST_TEST(opened.value().number == 2);
    BOOST_TEST(opened.value().source_kind == "manual");
    BOOST_TEST(opened.value().state.severity_pinned);
    submit({issue("created", "8", "another")});
    BOOST_TEST(database.sql("select max(number) from tocsin.incidents") == "3");
}

BOOST_FIXTURE_TEST_CASE(an_incident_with_a_newer_unresolved_one_cannot_be_reopened, fixture) {
    tocsin::test::run(service.act(acme, 1, person_action::resolve, person, {})).value();
    database.sql("update tocsin.incidents set resolved_at = resolved_at - interval '30 days'");
    submit({issue("unresolved", "7", "unresolved")});
    auto const reopened = tocsin::test::run(service.act(acme, 1, person_action::reopen, person, {}));
    BOOST_TEST(reopened.error().detail == "The same Sentry issue already has an open incident: #2.");
}

// The action waits for the row, and applies to the version that the other transaction left.
BOOST_FIXTURE_TEST_CASE(an_action_waits_for_a_concurrent_change, fixture) {
    constexpr db::statement change{
        "change_incident_in_a_test",
        "update tocsin.incidents set occurrences = 9, version = version + 1 where number = 1"
    };
    std::promise<void> changed, release;
    std::thread other([&] {
        async::run_to_end(pool->transact(db::no_tenant, [&](db::transaction& tx) {
            tx.run(change);
            changed.set_value();
            release.get_future().wait();
        }));
    });
    changed.get_future().wait();
    std::thread action([&] {
        auto const after =
            tocsin::test::run(service.act(acme, 1, person_action::acknowledge, person, std::string("mine")));
        BOOST_TEST(after.value().state.occurrences == 9);
    });
    while (database.sql("select count(*) from pg_stat_activity where datname = current_database() and "
                        "wait_event_type = 'Lock'") != "1")
        std::this_thread::yield();
    release.set_value();
    other.join();
    action.join();
    BOOST_TEST(row() == "acknowledged error f Title - 3");
}

BOOST_AUTO_TEST_SUITE_END()
