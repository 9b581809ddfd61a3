#include "scheduler/metrics_job.hpp"
#include "scheduler/retention_jobs.hpp"
#include "support/test_database.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;

BOOST_AUTO_TEST_SUITE(jobs)

namespace {

constexpr char const* rows_with_a_retention = R"(
insert into tocsin.organizations (organization_id, slug, name) values (md5('acme')::uuid, 'acme', 'Acme');
insert into tocsin.users (user_id, email, password_hash) values (md5('ada')::uuid, 'ada@acme.example', 'not a hash');
insert into tocsin.sessions (token_hash, user_id) values (sha256('fake'), md5('ada')::uuid);
insert into tocsin.attempts (attempt_key) values ('fake');
insert into tocsin.known_devices (device_hash, user_id) values (sha256('fake'), md5('ada')::uuid);
insert into tocsin.password_resets (token_hash, user_id, expires_at) values (sha256('fake'), md5('ada')::uuid, tocsin.now() + interval '1 hour');
insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, status_reason)
    values (md5('acme')::uuid, md5('integration')::uuid, 'public', 'https://sentry.example', 'degraded', 'refresh_failing');
insert into tocsin.credentials (organization_id, integration_id, access_token_sealed, issued_at, expires_at)
    values (md5('acme')::uuid, md5('integration')::uuid, 'not a token', tocsin.now(), '2100-01-01T00:00:00Z');
insert into tocsin.refresh_attempts (organization_id, integration_id, attempt_id, fence, trigger)
    values (md5('acme')::uuid, md5('integration')::uuid, md5('attempt')::uuid, 1, 'schedule');
insert into tocsin.connect_flows (organization_id, flow_id, integration_id, binding_hash, purpose, expires_at)
    values (md5('acme')::uuid, md5('flow')::uuid, md5('integration')::uuid, sha256('fake'), 'connect', tocsin.now() + interval '10 minutes');
insert into tocsin.unclaimed_installations (sentry_host, installation_id) values ('https://sentry.example', md5('installation')::uuid);
insert into tocsin.applied_events (organization_id, integration_id, event_hash, delivery_id)
    values (md5('acme')::uuid, md5('integration')::uuid, sha256('fake'), md5('delivery')::uuid);
)";

constexpr char const* tables_with_rows = R"(
select string_agg(name, ' ' order by name)
  from unnest(array['sessions', 'attempts', 'known_devices', 'password_resets', 'refresh_attempts', 'connect_flows',
                    'unclaimed_installations', 'applied_events']) name
 where query_to_xml('select from tocsin.' || name, false, true, '')::text <> '')";

struct fixture {
    test::test_database database;
    db::pool pool{database.pool_options("tocsin_scheduler")};

    fixture() { database.sql(rows_with_a_retention); }

    void delete_outdated_rows() { test::run(scheduler::delete_outdated_rows(pool, {}, {}).run()); }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(rows_are_deleted_after_their_retention, fixture) {
    delete_outdated_rows();
    BOOST_TEST(
        database.sql(tables_with_rows) ==
        "applied_events attempts connect_flows known_devices password_resets refresh_attempts sessions unclaimed_installations"
    );
    database.move_time("26 hours");
    delete_outdated_rows();
    BOOST_TEST(
        database.sql(tables_with_rows) ==
        "applied_events known_devices refresh_attempts unclaimed_installations"
    );
    database.move_time("31 days");
    delete_outdated_rows();
    BOOST_TEST(database.sql(tables_with_rows) == "known_devices");
    database.move_time("401 days");
    delete_outdated_rows();
    BOOST_TEST(database.sql(tables_with_rows).empty());
}

BOOST_FIXTURE_TEST_CASE(partitions_of_deliveries_are_created_and_dropped, fixture) {
    auto const partitions = [this] {
        return std::stoi(
            database.sql("select count(*) from pg_inherits where inhparent = 'tocsin.deliveries'::regclass")
        );
    };
    auto const maintain = [this] { test::run(scheduler::maintain_partitions(pool, {}).run()); };
    maintain();
    auto const at_start = partitions();
    BOOST_TEST(at_start >= 15);
    database.move_time("5 days");
    maintain();
    BOOST_TEST(partitions() == at_start + 5);
    database.move_time("400 days");
    maintain();
    BOOST_TEST(partitions() <= 17);  // with the default one
}

BOOST_FIXTURE_TEST_CASE(gauges_are_counted, fixture) {
    observe::metrics metrics;
    test::run(scheduler::update_gauges(pool, metrics).run());
    auto const shown = metrics.exposition();
    for (std::string const line :
         {R"(tocsin_incidents{status="open"} 0)",
          R"(tocsin_incidents{status="acknowledged"} 0)",
          R"(tocsin_incidents{status="resolved"} 0)",
          R"(tocsin_integrations{status="pending"} 0)",
          R"(tocsin_integrations{status="connected"} 0)",
          R"(tocsin_integrations{status="degraded"} 1)",
          R"(tocsin_integrations{status="disconnected"} 0)",
          "tocsin_credential_earliest_expiry_timestamp_seconds 4102444800"})
        BOOST_TEST(shown.find(line) != std::string::npos, line << " in " << shown);
}

BOOST_AUTO_TEST_SUITE_END()
