#include <tocsin/integrations/types.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin::integrations;

BOOST_AUTO_TEST_SUITE(integration_status)

BOOST_AUTO_TEST_CASE(names_are_the_contracts_and_read_back) {
    for (auto const m : {mode::public_, mode::oauth, mode::internal})
        BOOST_TEST((parse_mode(to_string(m)) == m));
    for (auto const s : {status::pending, status::connected, status::degraded, status::disconnected})
        BOOST_TEST((parse_status(to_string(s)) == s));
    BOOST_TEST(to_string(mode::public_) == "public");
    BOOST_TEST(!parse_mode("Public").has_value());
    BOOST_TEST(!parse_reason("").has_value());
}

BOOST_AUTO_TEST_CASE(whatever_is_not_well_has_a_remedy) {
    for (auto const r :
         {reason::awaiting_install,
          reason::choose_organization,
          reason::confirm_organization,
          reason::refresh_failing,
          reason::refused,
          reason::expired,
          reason::uninstalled,
          reason::disconnected_by_admin,
          reason::client_misconfigured})
        BOOST_TEST(!remedy(mode::public_, status::disconnected, r).empty(), to_string(r));
    BOOST_TEST(remedy(mode::public_, status::connected, reason::ok).empty());
}

BOOST_AUTO_TEST_SUITE_END()
