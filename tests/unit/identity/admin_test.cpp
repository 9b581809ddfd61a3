#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using identity::account_kind;
using identity::role;
using identity::token_role;
using test::run;
using test::store_fixture;

BOOST_AUTO_TEST_SUITE(operators)

namespace {

template <class T>
errc code_of(result<T> const& outcome) {
    BOOST_TEST_REQUIRE(!outcome.has_value());
    BOOST_TEST(!outcome.error().detail.empty());
    return outcome.error().code;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(organizations, store_fixture) {
    BOOST_TEST(run(admin.create_organization("beta", "Beta", "OWNER@example.com")).has_value());
    BOOST_TEST(
        database.sql("select role from tocsin.members join tocsin.organizations using (organization_id) "
                     "where slug = 'beta'") == "owner"
    );
    BOOST_TEST((code_of(run(admin.create_organization("acme", "Acme", std::nullopt))) == errc::conflict));
    BOOST_TEST((code_of(run(admin.create_organization("gamma", "Gamma", "no address"))) == errc::invalid));
    auto const invited = run(admin.create_organization("gamma", "Gamma", "new@example.com")).value();
    BOOST_TEST_REQUIRE(invited.owner_invitation.has_value());
    BOOST_TEST(
        database.sql(
            "select email || ' ' || role from tocsin.invitations where token_hash = sha256('" +
            std::string(invited.owner_invitation->reveal()) + "')"
        ) == "new@example.com owner"
    );
    for (auto const* bad : {"", "Acme", "-acme", "acme corp"})
        BOOST_TEST((code_of(run(admin.create_organization(bad, "Acme", std::nullopt))) == errc::invalid));
    for (auto const& bad : {std::string(), std::string(201, 'a'), std::string("a\nb"), std::string("\xFF")})
        BOOST_TEST((code_of(run(admin.create_organization("delta", bad, std::nullopt))) == errc::invalid));
    BOOST_TEST(database.sql("select count(*) from tocsin.organizations") == "3");
}

BOOST_FIXTURE_TEST_CASE(an_organization_with_members_has_exactly_one_owner, store_fixture) {
    run(admin.create_organization("beta", "Beta", std::nullopt)).value();
    for (auto const first : {role::admin, role::responder, role::viewer})
        BOOST_TEST((code_of(add("first@example.com", "beta", first)) == errc::conflict));
    BOOST_TEST(database.sql("select count(*) from tocsin.users where email = 'first@example.com'") == "0");
    BOOST_TEST((add("first@example.com", "beta", role::owner).value() == account_kind::created));
    BOOST_TEST((code_of(add("second@example.com", "beta", role::owner)) == errc::conflict));
    BOOST_TEST(database.sql("select count(*) from tocsin.users where email = 'second@example.com'") == "0");
    BOOST_TEST((add("second@example.com", "beta", role::admin).value() == account_kind::created));
}

BOOST_FIXTURE_TEST_CASE(an_existing_account_keeps_its_password, store_fixture) {
    run(admin.create_organization("beta", "Beta", std::nullopt)).value();
    BOOST_TEST(
        (add("OWNER@example.com", "beta", role::owner, "another fake password").value() ==
         account_kind::existing)
    );
    BOOST_TEST((add("owner@example.com", "beta", role::admin).has_error()));
    BOOST_TEST(sign_in("owner@example.com").has_value());
    BOOST_TEST(!sign_in("owner@example.com", "another fake password").has_value());
}

BOOST_FIXTURE_TEST_CASE(invalid_input_is_refused, store_fixture) {
    BOOST_TEST((code_of(add("no address", "acme", role::viewer)) == errc::invalid));
    BOOST_TEST((code_of(add("new@example.com", "acme", role::viewer, "short")) == errc::invalid));
    BOOST_TEST((code_of(add("new@example.com", "nowhere", role::viewer)) == errc::not_found));
    BOOST_TEST(
        (code_of(run(admin.create_token("acme", {.name = "fake", .role = token_role::deployer}))) ==
         errc::invalid)
    );
    BOOST_TEST(
        (code_of(run(admin.create_token("nowhere", {.name = "fake", .role = token_role::viewer}))) ==
         errc::not_found)
    );
    BOOST_TEST(database.sql("select count(*) from tocsin.users") == "1");
}

BOOST_FIXTURE_TEST_CASE(passwords_are_stored_as_argon2id, store_fixture) {
    auto const stored = database.sql("select password_hash from tocsin.users");
    BOOST_TEST(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

BOOST_FIXTURE_TEST_CASE(a_password_reset_replaces_earlier_ones, store_fixture) {
    auto const first = run(admin.create_password_reset("OWNER@example.com")).value();
    auto const second = run(admin.create_password_reset("owner@example.com")).value();
    BOOST_TEST(
        database.sql(
            "select count(*) from tocsin.password_resets where token_hash = sha256('" +
            std::string(second.reveal()) + "')"
        ) == "1"
    );
    BOOST_TEST(database.sql("select count(*) from tocsin.password_resets") == "1");
    BOOST_TEST((code_of(run(admin.create_password_reset("nobody@example.com"))) == errc::not_found));
    BOOST_TEST(
        database.sql(
            "select count(*) from tocsin.audit_log where action = 'password.reset_made' and actor_kind = "
            "'operator'"
        ) == "2"
    );
}

BOOST_AUTO_TEST_SUITE_END()
