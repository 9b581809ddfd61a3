#include <tocsin/integrations/status_rules.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

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
        for (auto const m : {mode::public_, mode::oauth, mode::internal})
            BOOST_TEST(!remedy(m, status::disconnected, r).empty(), to_string(r));
    BOOST_TEST(remedy(mode::public_, status::connected, reason::ok).empty());
}

BOOST_AUTO_TEST_CASE(an_integration_ends_by_an_uninstall_or_an_admin) {
    BOOST_TEST(has_ended({status::disconnected, reason::uninstalled}));
    BOOST_TEST(has_ended({status::disconnected, reason::disconnected_by_admin}));
    BOOST_TEST(!has_ended({status::disconnected, reason::refused}));
    BOOST_TEST(!has_ended({status::disconnected, reason::expired}));
    BOOST_TEST(!has_ended({status::degraded, reason::refresh_failing}));
    BOOST_TEST(!has_ended({status::connected, reason::ok}));
    BOOST_TEST(!has_ended({status::pending, reason::awaiting_install}));
}

BOOST_AUTO_TEST_CASE(who_may_move_an_integration_where) {
    status_with_reason const awaiting{status::pending, reason::awaiting_install},
        choosing{status::pending, reason::choose_organization},
        confirming{status::pending, reason::confirm_organization}, well{status::connected, reason::ok},
        failing{status::degraded, reason::refresh_failing},
        misconfigured{status::degraded, reason::client_misconfigured},
        refused{status::disconnected, reason::refused}, expired{status::disconnected, reason::expired},
        uninstalled{status::disconnected, reason::uninstalled},
        ended{status::disconnected, reason::disconnected_by_admin};
    status_with_reason const all[]{
        awaiting, choosing, confirming, well, failing, misconfigured, refused, expired, uninstalled, ended
    };
    // What is not in the list may not happen.
    struct move {
        mover by;
        status_with_reason from, to;
    };
    std::vector<move> allowed;
    for (auto const& from : all) {
        allowed.push_back({mover::connect, from, well});
        allowed.push_back({mover::admin, from, ended});
        allowed.push_back({mover::uninstall, from, uninstalled});
    }
    for (auto const& from : {awaiting, choosing, confirming, refused, expired, uninstalled, ended})
        for (auto const& to : {choosing, confirming}) allowed.push_back({mover::connect, from, to});
    for (auto const& from : {choosing, confirming}) allowed.push_back({mover::upkeep, from, awaiting});
    for (auto const& from : {well, failing, misconfigured})
        for (auto const& to : {well, failing, misconfigured, refused, expired, uninstalled})
            allowed.push_back({mover::renewal, from, to});
    for (auto const& from : {refused, expired}) allowed.push_back({mover::renewal, from, well});
    std::erase_if(allowed, [&](move const& one) {
        return one.from == one.to || (one.by == mover::admin && one.from == uninstalled) ||
               (one.by == mover::uninstall && one.from == ended);
    });
    for (auto const by : {mover::connect, mover::renewal, mover::uninstall, mover::admin, mover::upkeep})
        for (auto const& from : all)
            for (auto const& to : all) {
                bool const listed = std::any_of(allowed.begin(), allowed.end(), [&](move const& one) {
                    return one.by == by && one.from == from && one.to == to;
                });
                BOOST_TEST(
                    may_move(from, to, by) == listed,
                    static_cast<int>(by) << ": " << to_string(from.reason) << " to " << to_string(to.reason)
                );
            }
}

BOOST_AUTO_TEST_SUITE_END()
