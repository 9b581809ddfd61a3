#include "rule_cases.hpp"

using namespace tocsin;
using namespace tocsin::incidents;
using namespace tocsin::incidents::test;

BOOST_AUTO_TEST_SUITE(lifecycle_rules)

BOOST_AUTO_TEST_CASE(created) {
    check_table({
        {"created opens", [](situation&) {}, outcome::opened, change::open},
        {"created for an open incident updates",
         [](situation& s) { s.known = incident_with(status::open); },
         outcome::updated,
         change::update},
        {"created after a lifecycle action opens nothing",
         [](situation& s) { s.context.history.had_lifecycle = true; },
         outcome::stale,
         change::none},
        {"created after a person resolved reopens",
         [](situation& s) { s.known = incident_with(status::resolved); },
         outcome::reopened,
         change::update},
        {"created from before the resolution",
         [](situation& s) { s.known = incident_with(status::resolved, now - 10s); },
         outcome::stale,
         change::note},
        {"created for an issue that is already resolved",
         [](situation& s) { s.issue_status = "resolved"; },
         outcome::stale,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(resolved) {
    check_table({
        {"resolved resolves",
         [](situation& s) {
             s.action = s.issue_status = "resolved";
             s.known = incident_with(status::open);
         },
         outcome::resolved,
         change::update},
        {"resolved resolves an acknowledged incident",
         [](situation& s) {
             s.action = s.issue_status = "resolved";
             s.known = incident_with(status::acknowledged);
         },
         outcome::resolved,
         change::update},
        {"resolved again changes nothing",
         [](situation& s) {
             s.action = s.issue_status = "resolved";
             s.known = incident_with(status::resolved);
         },
         outcome::ignored,
         change::none},
        {"resolved without an incident",
         [](situation& s) { s.action = s.issue_status = "resolved"; },
         outcome::ignored,
         change::none},
        {"resolved for an issue that is unresolved again",
         [](situation& s) {
             s.action = "resolved";
             s.known = incident_with(status::open);
         },
         outcome::stale,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(unresolved) {
    check_table({
        {"unresolved reopens within the window",
         [](situation& s) {
             s.action = "unresolved";
             s.known = incident_with(status::resolved, now - 24h);
         },
         outcome::reopened,
         change::update},
        {"unresolved opens a new one after the window",
         [](situation& s) {
             s.action = "unresolved";
             s.known = incident_with(status::resolved, now - 24h * 8);
         },
         outcome::opened,
         change::open},
        {"unresolved at the very end of the window",
         [](situation& s) {
             s.action = "unresolved";
             s.known = incident_with(status::resolved, now - 24h * 7);
         },
         outcome::reopened,
         change::update},
        {"unresolved for an open incident updates",
         [](situation& s) {
             s.action = "unresolved";
             s.known = incident_with(status::open);
         },
         outcome::updated,
         change::update},
        {"unresolved without an incident opens",
         [](situation& s) { s.action = "unresolved"; },
         outcome::opened,
         change::open},
    });
}

BOOST_AUTO_TEST_CASE(archived) {
    check_table({
        {"ignored resolves",
         [](situation& s) {
             s.action = s.issue_status = "ignored";
             s.known = incident_with(status::open);
         },
         outcome::resolved,
         change::update},
        {"archived resolves",
         [](situation& s) {
             s.action = "archived";
             s.issue_status = "ignored";
             s.known = incident_with(status::open);
         },
         outcome::resolved,
         change::update},
        {"archived with a mapping that keeps incidents open",
         [](situation& s) {
             s.action = s.issue_status = "ignored";
             s.known = incident_with(status::open);
             s.route.keep_on_archive = true;
         },
         outcome::updated,
         change::update},
        {"ignored without an incident",
         [](situation& s) { s.action = s.issue_status = "ignored"; },
         outcome::ignored,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(assigned_and_unknown_actions) {
    check_table({
        {"assigned updates",
         [](situation& s) {
             s.action = "assigned";
             s.known = incident_with(status::open);
         },
         outcome::updated,
         change::update},
        {"assigned without an incident",
         [](situation& s) { s.action = "assigned"; },
         outcome::ignored,
         change::none},
        {"an unknown action",
         [](situation& s) {
             s.action = "transmogrified";
             s.known = incident_with(status::open);
         },
         outcome::ignored,
         change::none},
    });
}

BOOST_AUTO_TEST_CASE(a_change_after_an_action_out_of_order_is_in_doubt) {
    auto const after = [](char const* action, auto known, auto change) {
        situation from;
        from.action = action;
        std::string const is = action;
        from.issue_status = is == "resolved" ? "resolved" : is == "ignored" ? "ignored" : "unresolved";
        from.known = known;
        change(from.context.history);
        return decide_for(from);
    };
    auto const settled = [](source_history&) {};
    auto const unsettled = [](source_history& history) { history.unsettled_at = now - 14min; };
    auto const long_ago = [](source_history& history) { history.unsettled_at = now - 16min; };
    auto const open = std::optional(incident_with(status::open));
    auto const resolved = std::optional(incident_with(status::resolved));
    std::optional<known_incident> const none;
    // The incident already is as the action would leave it: an earlier action is missing.
    BOOST_TEST(after("unresolved", open, settled).out_of_order);
    BOOST_TEST(after("unresolved", none, settled).out_of_order);
    BOOST_TEST(after("resolved", resolved, settled).out_of_order);
    BOOST_TEST(after("ignored", none, settled).out_of_order);
    BOOST_TEST(!after("unresolved", resolved, settled).out_of_order);
    BOOST_TEST(!after("resolved", open, settled).out_of_order);
    BOOST_TEST(!after("assigned", open, unsettled).out_of_order);
    // For some time after that, a later change may still be on its way.
    BOOST_TEST(after("resolved", open, unsettled).in_doubt);
    BOOST_TEST(after("unresolved", resolved, unsettled).in_doubt);
    BOOST_TEST(!after("unresolved", open, unsettled).in_doubt);
    BOOST_TEST(!after("resolved", open, settled).in_doubt);
    BOOST_TEST(!after("resolved", open, long_ago).in_doubt);
}

BOOST_AUTO_TEST_CASE(a_regression_without_an_environment_is_filtered_by_that_of_its_incident) {
    situation from;
    from.action = "unresolved";
    from.known = incident_with(status::resolved);
    from.route.environments = {"production"};
    from.known->state.environment = "production";
    BOOST_TEST(to_string(decide_for(from).outcome) == "reopened");
    from.known->state.environment = "staging";
    BOOST_TEST(to_string(decide_for(from).outcome) == "filtered");
}

BOOST_AUTO_TEST_CASE(a_reopened_incident_has_neither_acknowledgement_nor_resolution) {
    situation from;
    from.action = "unresolved";
    from.known = incident_with(status::resolved, now - 1h);
    from.known->state.acknowledged_at = now - 2h;
    auto const after = decide_for(from).state;
    BOOST_TEST(to_string(after.status) == "open");
    BOOST_TEST(!after.acknowledged_at.has_value());
    BOOST_TEST(!after.resolved_at.has_value());
    BOOST_TEST(!after.resolution.has_value());
    BOOST_TEST(after.reopened_count == 1);
}

BOOST_AUTO_TEST_CASE(an_unprocessed_delivery_leaves_no_history) {
    situation unmapped;
    unmapped.route = {};
    unmapped.action = "unresolved";
    BOOST_TEST(!decide_for(unmapped).applied);
    BOOST_TEST(!decide_for(unmapped).lifecycle);

    // Part of the history although it changed nothing: the late created must not open an incident.
    situation resolved_before_created;
    resolved_before_created.action = resolved_before_created.issue_status = "resolved";
    BOOST_TEST(decide_for(resolved_before_created).lifecycle);
}

BOOST_AUTO_TEST_SUITE_END()
