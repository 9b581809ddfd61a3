#include "support/test_database.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/vault_maintenance.hpp>
#include <tocsin/integrations/webhook_keys.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <set>
#include <string>

using namespace tocsin;
using test::run;

BOOST_AUTO_TEST_SUITE(vault_maintenance)

namespace {

crypto::vault_key key(std::string id, char filler = 'x') {
    return {std::move(id), secret(std::string(32, filler))};
}

crypto::vault const old_vault({key("old")});
crypto::vault const new_vault({key("new", 'y')});
crypto::vault const both({key("new", 'y'), key("old")});

/// The sealed columns, in the order of `sealed_by`.
constexpr std::array columns{"access token", "refresh token", "webhook secret", "previous webhook secret"};
using sealed_by = std::array<crypto::vault const*, columns.size()>;

struct fixture {
    test::test_database database;
    db::pool operators{database.pool_options("tocsin_operator")};
    db::pool gateway{database.pool_options("tocsin_gateway")};
    db::pool scheduler{database.pool_options("tocsin_scheduler")};
    organization_id const org{*uuid::parse("018f0000-0000-7000-8000-000000000001")};
    integration_id const id{*uuid::parse("018f0000-0000-7000-8000-000000000002")};

    fixture() {
        database.sql(
            "insert into tocsin.organizations (organization_id, slug, name) values ('" + org.str() +
            "', 'acme', 'Acme')"
        );
        database.sql(
            "insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, "
            "status_reason) values ('" +
            org.str() + "', '" + id.str() +
            "', 'internal', 'https://sentry.example', 'degraded', 'refresh_failing')"
        );
    }

    static std::string literal(byte_string const& blob) {
        return "decode('" + to_hex(byte_view(blob.data(), blob.size())) + "', 'hex')";
    }

    void store(sealed_by const& vaults) {
        auto const tokens = [&](crypto::vault const& by) {
            return integrations::seal(
                by,
                org,
                id,
                {secret("fake-access"), secret("fake-refresh"), std::nullopt, {}, {}},
                {},
                timestamp{}
            );
        };
        auto const signing = [&](crypto::vault const& by) {
            return integrations::seal_webhook_secret(by, org, id, secret("fake-webhook-secret"));
        };
        database.sql("delete from tocsin.credentials; delete from tocsin.webhook_secrets");
        auto const row = "'" + org.str() + "', '" + id.str() + "', ";
        database.sql(
            "insert into tocsin.credentials (organization_id, integration_id, issued_at, access_token_sealed, "
            "refresh_token_sealed) values (" +
            row + "tocsin.now(), " + literal(tokens(*vaults[0]).access_token) + ", " +
            literal(tokens(*vaults[1]).refresh_token.value()) + ")"
        );
        database.sql(
            "insert into tocsin.webhook_secrets (organization_id, integration_id, secret_sealed, "
            "previous_sealed, previous_until) values (" +
            row + literal(signing(*vaults[2])) + ", " + literal(signing(*vaults[3])) +
            ", tocsin.now() + interval '1 hour')"
        );
    }

    integrations::vault_state inspect(crypto::vault const& vault) {
        return run(integrations::inspect_vault(operators, vault));
    }
};

std::set<std::string> const only_old{"old"};

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_sealed_column_keeps_its_key_needed, fixture) {
    for (std::size_t at = 0; at < columns.size(); ++at) {
        sealed_by vaults;
        vaults.fill(&new_vault);
        vaults[at] = &old_vault;
        store(vaults);
        BOOST_TEST_CONTEXT(columns[at]) {
            auto const before = inspect(both);
            BOOST_TEST(before.values == columns.size());
            BOOST_TEST(before.under_first_key == columns.size() - 1);
            BOOST_TEST(before.missing_keys.empty());
            BOOST_TEST(before.unopenable == 0U);
            auto const without = inspect(new_vault);
            BOOST_TEST(without.missing_keys == only_old, boost::test_tools::per_element());
            for (auto* pool : {&operators, &gateway, &scheduler}) {
                auto const missing = run(integrations::find_missing_keys(*pool, new_vault));
                BOOST_TEST(missing == only_old, boost::test_tools::per_element());
                BOOST_TEST(run(integrations::find_missing_keys(*pool, both)).empty());
            }
            auto const other = inspect(crypto::vault({key("new", 'y'), key("old", 'z')}));
            BOOST_TEST(other.unopenable == 1U);
            BOOST_TEST(run(integrations::rotate_keys(operators, both)).resealed == 1U);
            auto const after = inspect(new_vault);
            BOOST_TEST(after.under_first_key == columns.size());
            BOOST_TEST(after.missing_keys.empty());
            BOOST_TEST(after.unopenable == 0U);
        }
    }
}

BOOST_FIXTURE_TEST_CASE(damaged_values_are_counted, fixture) {
    sealed_by vaults;
    vaults.fill(&new_vault);
    for (auto const* damage :
         {"update tocsin.credentials set access_token_sealed = '\\x00'",
          "update tocsin.credentials set refresh_token_sealed = access_token_sealed",
          "update tocsin.webhook_secrets set secret_sealed = set_byte(secret_sealed, length(secret_sealed) - 1, 255 - "
          "get_byte(secret_sealed, length(secret_sealed) - 1))",
          "update tocsin.webhook_secrets set previous_sealed = ''"}) {
        store(vaults);
        database.sql(damage);
        BOOST_TEST_CONTEXT(damage) {
            auto const found = inspect(new_vault);
            BOOST_TEST(found.values == columns.size());
            BOOST_TEST(found.unopenable == 1U);
            BOOST_TEST(found.missing_keys.empty());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
