#include "store_fixture.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/crypto/random.hpp>

#include <boost/test/unit_test.hpp>

#include <iterator>

using namespace tocsin;
using identity::role;
using identity::token_role;
using test::good_password;
using test::run;
using test::store_fixture;

BOOST_AUTO_TEST_SUITE(accounts)

namespace {

constexpr unsigned free_failures = 5;

/// Of `good_password`, with 4 MiB and one pass.
constexpr auto* weak_hash =
    "$argon2id$v=19$m=4096,t=1,p=1$LfBlrd6IV/bEoTD96sM4sg$AdL1QEuX9PGoQeamYVqcemWCecuCmU7y8ANj5dESGcs";

std::string hex_hash(secret const& token) {
    auto const digest = crypto::sha256(token.reveal());
    return to_hex(byte_view(digest.data(), digest.size()));
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_session_lasts_from_signing_in_to_signing_out, store_fixture) {
    auto const signed_in = sign_in("Owner@Example.com").value();
    BOOST_TEST(signed_in.principal.email == "owner@example.com");
    BOOST_TEST(identity::looks_like_session_token(signed_in.session_token.reveal()));
    BOOST_TEST(
        database.sql("select encode(token_hash, 'hex') from tocsin.sessions") ==
        hex_hash(signed_in.session_token)
    );
    BOOST_TEST(
        database.sql("select address || ' ' || user_agent from tocsin.sessions") == "192.0.2.1 fake agent"
    );

    auto const found = run(accounts.find_session(signed_in.session_token, "acme"));
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST((found->principal.user == signed_in.principal.user));
    BOOST_TEST(found->principal.session_hash == signed_in.principal.session_hash);
    BOOST_TEST((found->member.value().organization == acme));
    BOOST_TEST((found->member->role == role::owner));

    run(accounts.sign_out(signed_in.principal.session_hash));
    BOOST_TEST(!run(accounts.find_session(signed_in.session_token, "acme")).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_wrong_password_and_an_unknown_address_get_the_same_response, store_fixture) {
    auto const wrong = sign_in("owner@example.com", "fake password 2");
    auto const unknown = sign_in("nobody@example.com");
    BOOST_TEST_REQUIRE(!wrong.has_value());
    BOOST_TEST_REQUIRE(!unknown.has_value());
    BOOST_TEST((wrong.error().code == errc::unauthenticated));
    BOOST_TEST((unknown.error().code == errc::unauthenticated));
    BOOST_TEST(wrong.error().detail == unknown.error().detail);
    BOOST_TEST(database.sql("select count(*) from tocsin.sessions") == "0");
}

BOOST_FIXTURE_TEST_CASE(guessing_slows_down_only_the_guesser, store_fixture) {
    for (unsigned i = 0; i < free_failures; ++i)
        BOOST_TEST((sign_in("owner@example.com", "fake password 2").error().code == errc::unauthenticated));
    auto const refused = sign_in("OWNER@example.com");
    BOOST_TEST((refused.error().code == errc::rate_limited));
    BOOST_TEST((refused.error().retry_after == std::chrono::seconds(1)));
    BOOST_TEST(sign_in("owner@example.com", good_password, "192.0.2.2").has_value());
    BOOST_TEST(sign_in("owner@example.com", good_password, "192.0.2.2").has_value());
    // Each further failure doubles the wait.
    database.move_time("1 second");
    BOOST_TEST((sign_in("owner@example.com", "fake password 2").error().code == errc::unauthenticated));
    BOOST_TEST((sign_in("owner@example.com").error().retry_after == std::chrono::seconds(2)));
    database.move_time("3 seconds");
    BOOST_TEST(sign_in("owner@example.com").has_value());
    // A success clears the failures.
    for (unsigned i = 0; i < free_failures; ++i)
        BOOST_TEST((sign_in("owner@example.com", "fake password 2").error().code == errc::unauthenticated));
}

BOOST_FIXTURE_TEST_CASE(guessing_for_an_unknown_address_is_slowed_down_as_well, store_fixture) {
    for (unsigned i = 0; i < free_failures; ++i)
        BOOST_TEST((sign_in("nobody@example.com").error().code == errc::unauthenticated));
    BOOST_TEST((sign_in("nobody@example.com").error().code == errc::rate_limited));
}

// lower() of PostgreSQL knows more letters than ASCII's: KELVIN SIGN is a k, I WITH DOT ABOVE an i.
BOOST_FIXTURE_TEST_CASE(all_spellings_that_find_an_account_are_counted_together, store_fixture) {
    add("kiki@example.com", "acme", role::viewer).value();
    // "unknown" is treated the same, so that the throttle does not reveal which accounts exist.
    for (std::string const rest : {"i@example.com", "i@unknown.example"}) {
        std::string const spellings[] = {
            "kik" + rest, "KIK" + rest, "\u212Aik" + rest, "k\u0130k" + rest, "\u212A\u0130\u212A" + rest
        };
        static_assert(std::size(spellings) == free_failures);
        for (auto const& each : spellings)
            BOOST_TEST((sign_in(each, "fake password 2").error().code == errc::unauthenticated));
        for (auto const& each : spellings) BOOST_TEST((sign_in(each).error().code == errc::rate_limited));
        BOOST_TEST(
            database.sql("select count(*) from tocsin.attempts where attempt_key like 'account:%'") == "1"
        );
        database.sql("delete from tocsin.attempts");
    }
    BOOST_TEST(sign_in("\u212Aiki@example.com").has_value());
}

BOOST_FIXTURE_TEST_CASE(refused_attempts_leave_no_rows, store_fixture) {
    for (int i = 0; i < 50; ++i) sign_in("stranger-" + std::to_string(i) + "@example.com");
    auto const count = [&] { return database.sql("select count(*) from tocsin.attempts"); };
    auto const before = count();
    for (int i = 50; i < 100; ++i)
        BOOST_TEST(
            (sign_in("stranger-" + std::to_string(i) + "@example.com").error().code == errc::rate_limited)
        );
    BOOST_TEST((sign_in("owner@example.com").error().code == errc::rate_limited));
    // The count of all attempts in a minute has a row for each minute.
    BOOST_TEST(
        database.sql("select count(*) from tocsin.attempts where attempt_key not like 'all:%'") == "101"
    );
    BOOST_TEST(std::stoi(count()) <= std::stoi(before) + 1);
    BOOST_TEST(sign_in("owner@example.com", good_password, "192.0.2.2").has_value());
}

BOOST_FIXTURE_TEST_CASE(a_known_browser_can_sign_in_while_others_are_guessing, store_fixture) {
    auto const device = sign_in("owner@example.com").value().device;
    BOOST_TEST_REQUIRE(device.has_value());
    // Many networks are guessing, so that unknown browsers have to wait.
    database.sql(
        "insert into tocsin.attempts (attempt_key, failures) select attempt_key, 1000 from tocsin.attempts "
        "on conflict (attempt_key) do update set failures = 1000, last_at = tocsin.now()"
    );
    auto const stranger = sign_in("owner@example.com", good_password, "192.0.2.99");
    BOOST_TEST((stranger.error().code == errc::rate_limited));
    BOOST_TEST((stranger.error().retry_after <= std::chrono::seconds(10)));
    auto const known = sign_in("owner@example.com", good_password, "192.0.2.99", *device);
    BOOST_TEST_REQUIRE(known.has_value());
    BOOST_TEST(!known->device.has_value());
    // A browser is known to one account only, and guessing in a known browser is slowed down as well.
    add("viewer@example.com", "acme", role::viewer).value();
    database.sql("delete from tocsin.attempts");
    for (unsigned i = 0; i < free_failures; ++i)
        BOOST_TEST(!sign_in("owner@example.com", "fake password 2", "192.0.2.99", *device).has_value());
    BOOST_TEST((
        sign_in("owner@example.com", good_password, "192.0.2.99", *device).error().code == errc::rate_limited
    ));
    BOOST_TEST(sign_in("viewer@example.com", good_password, "192.0.2.99", *device)->device.has_value());
}

BOOST_FIXTURE_TEST_CASE(signing_in_replaces_a_weak_hash, store_fixture) {
    auto const strong = database.sql("select password_hash from tocsin.users");
    std::string const weak = weak_hash;
    database.sql("update tocsin.users set password_hash = '" + weak + "'");
    BOOST_TEST(sign_in("owner@example.com", "fake password 1").has_value());
    auto const after = database.sql("select password_hash from tocsin.users");
    BOOST_TEST(after != weak);
    BOOST_TEST(after.substr(0, 30) == strong.substr(0, 30));
    BOOST_TEST(sign_in("owner@example.com", "fake password 1").has_value());
    BOOST_TEST(database.sql("select password_hash from tocsin.users") == after);
}

BOOST_FIXTURE_TEST_CASE(other_tokens_do_not_open_a_session, store_fixture) {
    BOOST_TEST(!run(accounts.find_session(secret(""), "acme")).has_value());
    BOOST_TEST(!run(accounts.find_session(secret(std::string("a\0b", 3)), "acme")).has_value());
    BOOST_TEST(!run(accounts.find_session(crypto::random_token(), "acme")).has_value());
}

BOOST_FIXTURE_TEST_CASE(an_organization_of_other_members_is_not_found, store_fixture) {
    run(admin.create_organization("beta", "Beta", std::nullopt)).value();
    add("other@example.com", "beta", role::owner).value();
    auto const signed_in = sign_in("other@example.com").value();
    for (auto const* slug : {"acme", "nowhere", ""}) {
        auto const found = run(accounts.find_session(signed_in.session_token, slug));
        BOOST_TEST_REQUIRE(found.has_value());
        BOOST_TEST(!found->member.has_value());
    }
    auto const own = run(accounts.organizations_of(signed_in.principal.user.value()));
    BOOST_TEST_REQUIRE(own.size() == 1U);
    BOOST_TEST(own[0].slug == "beta");
}

BOOST_FIXTURE_TEST_CASE(a_change_of_rights_applies_from_the_next_request_on, store_fixture) {
    add("admin@example.com", "acme", role::admin).value();
    auto const token = sign_in("admin@example.com").value().session_token;
    BOOST_TEST((run(accounts.find_session(token, "acme"))->member->role == role::admin));
    database.sql("update tocsin.members set role = 'viewer' where role = 'admin'");
    BOOST_TEST((run(accounts.find_session(token, "acme"))->member->role == role::viewer));
    database.sql("delete from tocsin.members where role = 'viewer'");
    BOOST_TEST(!run(accounts.find_session(token, "acme"))->member.has_value());
}

BOOST_FIXTURE_TEST_CASE(an_idle_session_ends, store_fixture) {
    auto const token = sign_in("owner@example.com").value().session_token;
    database.move_time("23 hours");
    BOOST_TEST(run(accounts.find_session(token, "acme")).has_value());
    database.move_time("46 hours");
    BOOST_TEST(run(accounts.find_session(token, "acme")).has_value());
    database.move_time("71 hours");
    BOOST_TEST(!run(accounts.find_session(token, "acme")).has_value());
}

// The shortest idle limit that is allowed.
BOOST_FIXTURE_TEST_CASE(a_session_in_use_outlives_a_short_idle_limit, store_fixture) {
    identity::accounts strict(gateway, hashing, {std::chrono::minutes(1), std::chrono::hours(24)});
    auto const token = sign_in("owner@example.com").value().session_token;
    for (int seconds = 20; seconds <= 300; seconds += 20) {
        database.move_time(std::to_string(seconds) + " seconds");
        BOOST_TEST_CONTEXT(seconds << " s") {
            BOOST_TEST(run(strict.find_session(token, "acme")).has_value());
        }
    }
    database.move_time("361 seconds");
    BOOST_TEST(!run(strict.find_session(token, "acme")).has_value());
}

BOOST_FIXTURE_TEST_CASE(an_old_session_ends_even_if_it_is_active, store_fixture) {
    auto const token = sign_in("owner@example.com").value().session_token;
    for (int hours = 20; hours < 30 * 24; hours += 20) {
        database.move_time(std::to_string(hours) + " hours");
        BOOST_TEST(run(accounts.find_session(token, "acme")).has_value());
    }
    database.move_time("721 hours");
    BOOST_TEST(!run(accounts.find_session(token, "acme")).has_value());
}

BOOST_FIXTURE_TEST_CASE(an_api_token_belongs_to_its_organization, store_fixture) {
    run(admin.create_organization("beta", "Beta", "owner@example.com")).value();
    auto const token =
        run(admin.create_token("acme", {.name = "fake robot", .role = token_role::responder})).value();
    BOOST_TEST(database.sql("select encode(token_hash, 'hex') from tocsin.api_tokens") == hex_hash(token));

    auto const own = run(accounts.find_api_token(token, "acme"));
    BOOST_TEST_REQUIRE(own.has_value());
    BOOST_TEST(own->principal.name == "fake robot");
    BOOST_TEST(!own->principal.user.has_value());
    BOOST_TEST((own->principal.token_organization == acme));
    BOOST_TEST((own->member.value().role == role::responder));
    BOOST_TEST(!run(accounts.find_api_token(token, "beta")).value().member.has_value());
    BOOST_TEST(run(accounts.find_api_token(token, std::nullopt)).value().member.value().slug == "acme");
}

BOOST_FIXTURE_TEST_CASE(a_revoked_or_expired_api_token_is_refused, store_fixture) {
    auto const token =
        run(admin.create_token("acme", {.name = "fake robot", .role = token_role::viewer})).value();
    database.sql("update tocsin.api_tokens set expires_at = tocsin.now() + interval '1 hour'");
    BOOST_TEST(run(accounts.find_api_token(token, "acme")).has_value());
    database.move_time("2 hours");
    BOOST_TEST(!run(accounts.find_api_token(token, "acme")).has_value());
    database.sql("update tocsin.api_tokens set expires_at = null");
    BOOST_TEST(run(accounts.find_api_token(token, "acme")).has_value());
    database.sql("update tocsin.api_tokens set revoked_at = tocsin.now()");
    BOOST_TEST(!run(accounts.find_api_token(token, "acme")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
