// A metric alert is one source by its rule, although Sentry gives each open period an id of its own.
#include "test_source.hpp"

using namespace tocsin;
using namespace tocsin::incidents;
using namespace tocsin::incidents::test;

namespace {

test_delivery metric(std::string const& action, int period, std::optional<timestamp> started_at = {}) {
    sentry::metric_alert alert;
    alert.id = std::to_string(period);
    alert.rule_id = "7";
    alert.title = "p95 of checkout";
    alert.started_at = started_at;
    sentry::webhook webhook;
    webhook.resource = sentry::resource::metric_alert;
    webhook.action = action;
    webhook.what = alert;
    return delivery_of(std::move(webhook), action + std::to_string(period));
}

std::string outcome_of(test_source& source, test_delivery const& one) {
    source.apply(one);
    return source.outcome();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metric_periods)

BOOST_AUTO_TEST_CASE(the_source_is_the_rule_else_the_alert) {
    BOOST_TEST(source_of(metric("critical", 789).webhook)->id == "7");
    auto without_rule = metric("critical", 789).webhook;
    std::get<sentry::metric_alert>(without_rule.what).rule_id.clear();
    BOOST_TEST(source_of(without_rule)->id == "789");
}

BOOST_AUTO_TEST_CASE(a_monitor_that_flaps_five_times_is_one_incident) {
    test_source source;
    for (int period = 1; period <= 5; ++period) {
        BOOST_TEST(outcome_of(source, metric("critical", period)) == (period == 1 ? "opened" : "reopened"));
        BOOST_TEST(outcome_of(source, metric("resolved", period)) == "resolved");
    }
    BOOST_TEST(source.incidents() == 1);
    BOOST_TEST(source.state()->reopened_count == 4);
}

BOOST_AUTO_TEST_CASE(a_webhook_of_a_period_that_has_ended_opens_nothing) {
    auto closed = metric("critical", 1);
    std::get<sentry::metric_alert>(closed.webhook.what).is_closed = true;
    test_source source;
    BOOST_TEST(outcome_of(source, closed) == "stale");
    // Its end came first.
    BOOST_TEST(outcome_of(source, metric("resolved", 2)) == "ignored");
    BOOST_TEST(outcome_of(source, metric("warning", 2)) == "stale");
    BOOST_TEST(outcome_of(source, metric("critical", 1)) == "stale");
    BOOST_TEST(source.incidents() == 0);
    BOOST_TEST(outcome_of(source, metric("critical", 3)) == "opened");
    BOOST_TEST(outcome_of(source, metric("resolved", 2)) == "stale");
    BOOST_TEST(source.is_open());
}

BOOST_AUTO_TEST_CASE(a_period_that_a_person_resolved_reopens_nothing) {
    test_source source;
    source.apply(metric("warning", 1, start));
    source.resolve_by_person(start + 10min);
    BOOST_TEST(outcome_of(source, metric("critical", 1, start)) == "stale");
    BOOST_TEST(!source.is_open());
    // The next period began before that, too, and its webhook is late.
    BOOST_TEST(outcome_of(source, metric("critical", 2, start + 9min)) == "stale");
    BOOST_TEST(outcome_of(source, metric("critical", 3, start + 11min)) == "reopened");
}

BOOST_AUTO_TEST_SUITE_END()
