#include <tocsin/identity/sign_in_throttle.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using tocsin::identity::sign_in_throttle;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sign_in_throttles)

namespace {

struct fixture {
    sign_in_throttle throttle;
    sign_in_throttle::steady::time_point now{std::chrono::hours(1)};

    std::optional<std::chrono::seconds> fail(
        std::string_view account = "a@example.com", std::string_view network = "192.0.2.1"
    ) {
        return throttle.charge(account, network, now);
    }
    void fail_freely() {
        for (unsigned i = 0; i < sign_in_throttle::free_failures; ++i) BOOST_TEST(!fail().has_value());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_first_failures_are_free_then_each_doubles_the_wait, fixture) {
    fail_freely();
    for (auto const wait : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
        BOOST_TEST((fail() == wait));
        BOOST_TEST((throttle.wait("a@example.com", "192.0.2.1", now) == wait));
        now += wait - 1ms;
        BOOST_TEST((fail() == 1s));
        now += 1ms;
        BOOST_TEST(!fail().has_value());
    }
}

BOOST_FIXTURE_TEST_CASE(other_networks_and_other_accounts_are_not_affected, fixture) {
    fail_freely();
    BOOST_TEST(fail().has_value());
    BOOST_TEST(!fail("a@example.com", "192.0.2.2").has_value());
    BOOST_TEST(!fail("b@example.com").has_value());
    BOOST_TEST(fail("A@EXAMPLE.com").has_value());
}

BOOST_FIXTURE_TEST_CASE(success_and_time_forget, fixture) {
    fail_freely();
    throttle.succeeded("a@example.com", "192.0.2.1");
    BOOST_TEST(!fail().has_value());
    throttle.succeeded("a@example.com", "192.0.2.1");
    fail_freely();
    now += sign_in_throttle::forgotten_after + 1s;
    fail_freely();
    BOOST_TEST(fail().has_value());
}

BOOST_FIXTURE_TEST_CASE(an_attempt_that_could_not_be_judged_is_not_held_against_anybody, fixture) {
    for (int i = 0; i < 50; ++i) {
        BOOST_TEST(!fail().has_value());
        throttle.refund("a@example.com", "192.0.2.1");
    }
    throttle.refund("nobody@example.com", "192.0.2.1");
}

BOOST_FIXTURE_TEST_CASE(a_flood_of_accounts_does_not_free_the_one_that_is_guessed, fixture) {
    fail_freely();
    for (std::size_t i = 0; i < sign_in_throttle::most_entries + 100; ++i)
        fail("made-up-" + std::to_string(i));
    BOOST_TEST((fail() == 1s));
}

BOOST_AUTO_TEST_SUITE_END()
