#include "support/test_database.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/grants/approvals.hpp>
#include <tocsin/grants/vault_maintenance.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tocsin;
using test::run;

BOOST_AUTO_TEST_SUITE(results_of_approvals)

namespace {

crypto::vault_key key(std::string id, char filler) {
    return {std::move(id), secret(std::string(32, filler))};
}

crypto::vault const old_vault({key("old", 'x')});
crypto::vault const new_vault({key("new", 'y')});
crypto::vault const both({key("new", 'y'), key("old", 'x')});

grants::approval_id id_of(int number) {
    auto digits = std::to_string(number);
    return grants::approval_id{
        *uuid::parse("018f0000-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits)
    };
}

struct fixture {
    test::test_database database;
    db::pool operators{database.pool_options("tocsin_operator")};
    organization_id const org{*uuid::parse("018f0000-0000-7000-8000-000000000001")};

    fixture() {
        auto const row = "'" + org.str() + "', '" + org.str() + "'";
        database.sql(
            "insert into tocsin.organizations (organization_id, slug, name) values ('" + org.str() +
            "', 'acme', 'Acme')"
        );
        database.sql(
            "insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, "
            "status_reason) values (" +
            row + ", 'internal', 'https://sentry.example', 'degraded', 'refresh_failing')"
        );
        database.sql(
            "insert into tocsin.api_tokens (organization_id, token_id, token_hash, name, role) values (" +
            row + ", sha256('fake'), 'robot', 'viewer')"
        );
        database.sql(
            "insert into tocsin.grants (organization_id, grant_id, integration_id, holder_token_id, name, operations, "
            "contract, per_minute) values (" +
            row + ", '" + org.str() + "', '" + org.str() + "', 'asks', '{get_issue}', '2026-01-01', 60)"
        );
    }

    void add(int number, crypto::vault const& sealed_by) {
        auto const id = id_of(number);
        auto const blob = sealed_by.seal(secret("fake result"), grants::result_place(org, id));
        database.sql(
            "insert into tocsin.approvals (organization_id, approval_id, grant_id, operation, request, "
            "asked_by_token, asked_by_name, expires_at, state, result_sealed) values ('" +
            org.str() + "', '" + id.str() + "', '" + org.str() + "', 'get_issue', '{}', '" + org.str() +
            "', 'robot', tocsin.now(), 'done', decode('" + to_hex(byte_view(blob.data(), blob.size())) +
            "', 'hex'))"
        );
    }

    integrations::vault_state inspect(crypto::vault const& vault) {
        integrations::vault_state state;
        run(grants::inspect_results(operators, vault, state));
        return state;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(they_are_opened_and_sealed_again, fixture) {
    constexpr int total = 120;  // more than two pages
    for (int i = 0; i < total; ++i) add(i, i % 2 == 0 ? old_vault : new_vault);
    BOOST_TEST(inspect(both).values == 120U);
    BOOST_TEST(inspect(both).under_first_key == 60U);
    BOOST_TEST(inspect(new_vault).missing_keys.contains("old"));
    BOOST_TEST(run(integrations::find_missing_keys(operators, new_vault)).contains("old"));

    integrations::rotation done;
    run(grants::rotate_results(operators, both, done));
    BOOST_TEST(done.resealed == 60U);
    BOOST_TEST(done.failed == 0U);
    auto const after = inspect(new_vault);
    BOOST_TEST(after.under_first_key == 120U);
    BOOST_TEST(after.missing_keys.empty());
    BOOST_TEST(after.unopenable == 0U);
    BOOST_TEST(run(integrations::find_missing_keys(operators, new_vault)).empty());
}

BOOST_FIXTURE_TEST_CASE(damaged_ones_are_counted_and_stay, fixture) {
    add(1, old_vault);
    database.sql(
        "update tocsin.approvals set result_sealed = substr(result_sealed, 1, length(result_sealed) - 1)"
    );
    BOOST_TEST(inspect(both).unopenable == 1U);
    integrations::rotation done;
    run(grants::rotate_results(operators, crypto::vault({key("new", 'y')}), done));
    BOOST_TEST(done.resealed == 0U);
    BOOST_TEST(done.failed == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
