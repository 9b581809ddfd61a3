#include <tocsin/integrations/status_rules.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

using namespace tocsin::integrations;

BOOST_AUTO_TEST_SUITE(integration_status)

BOOST_AUTO_TEST_CASE(names_match_the_contract_and_parse_back) {
    for (auto const m : {mode::public_, mode::oauth, mode::internal})
        BOOST_TEST((parse_mode(to_string(m)) == m));
    for (auto const s : {status::pending, status::connected, status::degraded, status::disconnected})
        BOOST_TEST((parse_status(to_string(s)) == s));
    BOOST_TEST(to_string(mode::public_) == "public");
    BOOST_TEST(!parse_mode("Public").has_value());
    BOOST_TEST(!parse_reason("").has_value());
}

BOOST_AUTO_TEST_CASE(every_problem_has_a_remedy) {
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

BOOST_AUTO_TEST_CASE(an_uninstall_or_an_admin_ends_an_integration) {
    BOOST_TEST(has_ended({status::disconnected, reason::uninstalled}));
    BOOST_TEST(has_ended({status::disconnected, reason::disconnected_by_admin}));
    BOOST_TEST(!has_ended({status::disconnected, reason::refused}));
    BOOST_TEST(!has_ended({status::disconnected, reason::expired}));
    BOOST_TEST(!has_ended({status::degraded, reason::refresh_failing}));
    BOOST_TEST(!has_ended({status::connected, reason::ok}));
    BOOST_TEST(!has_ended({status::pending, reason::awaiting_install}));
}

namespace {

struct transition {
    transition_cause cause;
    status_with_reason from, to;
    friend bool operator==(transition const&, transition const&) = default;
};

constexpr status_with_reason awaiting{status::pending, reason::awaiting_install},
    choosing{status::pending, reason::choose_organization},
    confirming{status::pending, reason::confirm_organization}, connected{status::connected, reason::ok},
    failing{status::degraded, reason::refresh_failing},
    misconfigured{status::degraded, reason::client_misconfigured},
    refused{status::disconnected, reason::refused}, expired{status::disconnected, reason::expired},
    uninstalled{status::disconnected, reason::uninstalled},
    disconnected{status::disconnected, reason::disconnected_by_admin};

constexpr status_with_reason all[]{
    awaiting,
    choosing,
    confirming,
    connected,
    failing,
    misconfigured,
    refused,
    expired,
    uninstalled,
    disconnected
};

std::vector<transition> allowed_transitions() {
    std::vector<transition> allowed;
    for (auto const& from : all) {
        allowed.push_back({transition_cause::connect, from, connected});
        allowed.push_back({transition_cause::admin, from, disconnected});
        allowed.push_back({transition_cause::uninstall, from, uninstalled});
    }
    for (auto const& from : {awaiting, choosing, confirming, refused, expired, uninstalled, disconnected})
        for (auto const& to : {choosing, confirming})
            allowed.push_back({transition_cause::connect, from, to});
    for (auto const& from : {choosing, confirming})
        allowed.push_back({transition_cause::maintenance, from, awaiting});
    for (auto const& from : {connected, failing, misconfigured})
        for (auto const& to : {connected, failing, misconfigured, refused, expired, uninstalled})
            allowed.push_back({transition_cause::refresh, from, to});
    for (auto const& from : {refused, expired})
        allowed.push_back({transition_cause::refresh, from, connected});
    std::erase_if(allowed, [](transition const& each) {
        return each.from == each.to || (each.cause == transition_cause::admin && each.from == uninstalled) ||
               (each.cause == transition_cause::uninstall && each.from == disconnected);
    });
    return allowed;
}

}  // namespace

BOOST_AUTO_TEST_CASE(only_listed_transitions_are_allowed) {
    auto const allowed = allowed_transitions();
    for (auto const cause :
         {transition_cause::connect,
          transition_cause::refresh,
          transition_cause::uninstall,
          transition_cause::admin,
          transition_cause::maintenance})
        for (auto const& from : all)
            for (auto const& to : all) {
                bool const listed = std::ranges::find(allowed, transition{cause, from, to}) != allowed.end();
                BOOST_TEST(
                    is_allowed_transition(from, to, cause) == listed,
                    static_cast<int>(cause)
                        << ": " << to_string(from.reason) << " to " << to_string(to.reason)
                );
            }
}

BOOST_AUTO_TEST_SUITE_END()
