#pragma once

#include "support/test_database.hpp"

#include <tocsin/identity/accounts.hpp>
#include <tocsin/identity/admin.hpp>

#include <chrono>
#include <string>

namespace tocsin::test {

inline constexpr char const* good_password = "fake violin cactus 1";

/// A database with one organization `acme`, whose owner is owner@example.com.
struct store_fixture {
    test_database database;
    db::pool operators{database.pool_options("tocsin_operator")};
    db::pool gateway{database.pool_options("tocsin_gateway")};
    identity::password_worker hashing{1, 10};
    identity::admin admin{operators, hashing};
    identity::accounts accounts{gateway, hashing, {std::chrono::hours(24), std::chrono::hours(24 * 30)}};
    organization_id acme;

    store_fixture() {
        acme = run(admin.create_organization("acme", "Acme", std::nullopt)).value().id;
        add("owner@example.com", "acme", identity::role::owner).value();
    }

    result<identity::account_kind> add(
        std::string email, std::string organization, identity::role role, std::string password = good_password
    ) {
        return run(admin.add_member(
            {std::move(email), "", std::move(organization), role, secret(std::move(password))}
        ));
    }
    result<identity::signed_in> sign_in(
        std::string email,
        std::string password = good_password,
        std::string address = "192.0.2.1",
        std::optional<secret> device = std::nullopt
    ) {
        return run(accounts.sign_in(
            {std::move(email),
             secret(std::move(password)),
             std::move(address),
             "fake agent",
             std::move(device)}
        ));
    }
};

}  // namespace tocsin::test
