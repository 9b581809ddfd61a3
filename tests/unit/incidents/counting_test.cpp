// One event counts once for its source, however many webhooks report it, in whatever order.
#include "test_source.hpp"

#include <array>

using namespace tocsin;
using namespace tocsin::incidents;
using namespace tocsin::incidents::test;

namespace {

sentry::event event_at(timestamp at, std::string id = "e4874d664c3540c1a32eab185f12c5ab") {
    sentry::event event;
    event.event_id = std::move(id);
    event.issue_id = "1";
    event.title = "TimeoutError";
    event.level = "error";
    event.at = at;
    return event;
}

test_delivery created(timestamp first_seen) {
    sentry::issue issue;
    issue.id = "1";
    issue.title = "TimeoutError";
    issue.status = "unresolved";
    issue.first_seen = first_seen;
    issue.last_seen = first_seen;
    sentry::webhook webhook;
    webhook.resource = sentry::resource::issue;
    webhook.action = "created";
    webhook.what = issue;
    return delivery_of(std::move(webhook), "created");
}

test_delivery error_event(sentry::event const& event) {
    sentry::webhook webhook;
    webhook.resource = sentry::resource::error;
    webhook.action = "created";
    webhook.what = event;
    return delivery_of(std::move(webhook), "error " + event.event_id);
}

test_delivery alert(sentry::event const& event, std::string const& rule) {
    sentry::event_alert fired;
    static_cast<sentry::event&>(fired) = event;
    fired.rule = rule;
    sentry::webhook webhook;
    webhook.resource = sentry::resource::event_alert;
    webhook.action = "triggered";
    webhook.what = fired;
    return delivery_of(std::move(webhook), rule + " " + event.event_id);
}

test_delivery comment(std::string const& action, std::string const& text, std::string const& at) {
    sentry::webhook webhook;
    webhook.resource = sentry::resource::comment;
    webhook.action = action;
    webhook.what = sentry::comment{"1", "checkout", text, "77", at};
    return delivery_of(std::move(webhook), action + text + at);
}

/// Applies them in every order; all must end with this count.
void check_every_order(deliveries const& all, std::int64_t expected) {
    std::vector<std::size_t> order(all.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    do {
        test_source source;
        for (auto const n : order) source.apply(all[n]);
        BOOST_TEST_REQUIRE(source.incidents() == 1);
        BOOST_TEST_REQUIRE(source.state()->occurrences == expected);
        BOOST_TEST_REQUIRE((source.state()->severity == severity::error));
    } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(counting)

BOOST_AUTO_TEST_CASE(an_event_that_four_webhooks_report_is_one_occurrence) {
    auto const event = event_at(start);
    check_every_order(
        {created(start), error_event(event), alert(event, "rule A"), alert(event, "rule B")}, 1
    );
    // One of the two times may be cut to the second.
    auto const precise = event_at(start + 123'456us);
    check_every_order({created(start), error_event(precise), alert(precise, "rule A")}, 1);
    check_every_order({created(start + 123'456us), error_event(precise), alert(precise, "rule A")}, 1);
}

BOOST_AUTO_TEST_CASE(other_events_of_the_issue_count) {
    auto const first = event_at(start);
    auto const later = event_at(start + 5s, "a2222222222222222222222222222222");
    check_every_order(
        {created(start),
         alert(first, "rule A"),
         error_event(first),
         alert(later, "rule A"),
         error_event(later)},
        2
    );
    // Shortly after the one that created the issue, which no webhook reports.
    auto const soon = event_at(start + 200ms);
    check_every_order({created(start + 123'456us), alert(soon, "rule A"), error_event(soon)}, 2);
    check_every_order({created(start), alert(later, "rule A"), error_event(later)}, 2);
    check_every_order({alert(first, "rule A"), alert(later, "rule A"), alert(later, "rule B")}, 2);
}

BOOST_AUTO_TEST_CASE(several_rules_do_not_make_an_error_critical) {
    test_source source;
    auto const rules = settings.critical_event_count + 5;
    for (int n = 0; n < rules; ++n) source.apply(alert(event_at(start), "rule " + std::to_string(n)));
    BOOST_TEST(source.state()->occurrences == 1);
    BOOST_TEST((source.state()->severity == severity::error));
}

BOOST_AUTO_TEST_CASE(an_event_under_the_same_rule_is_a_duplicate_and_under_another_one_attaches) {
    auto const event = event_at(start);
    test_source source;
    source.apply(alert(event, "rule A"));
    BOOST_TEST(source.outcome() == "opened");
    source.apply(alert(event, "rule B"));
    BOOST_TEST(source.outcome() == "updated");
    auto again = alert(event, "rule A");
    again.body_hash = crypto::sha256("sent again");
    source.apply(again);
    BOOST_TEST(source.outcome() == "duplicate");
}

BOOST_AUTO_TEST_CASE(a_comment_delivered_again_after_another_one_is_a_duplicate) {
    auto const first = comment("created", "looks like the gateway", "2026-03-02T10:00:00.000000Z");
    auto const second = comment("created", "restarting it", "2026-03-02T10:01:00.000000Z");
    test_source source;
    source.apply(alert(event_at(start), "rule A"));
    auto const outcome_of = [&](test_delivery const& one) {
        source.apply(one);
        return source.outcome();
    };
    BOOST_TEST(outcome_of(first) == "updated");
    BOOST_TEST(outcome_of(second) == "updated");
    BOOST_TEST(outcome_of(first) == "duplicate");
    // A change of the same comment is something else.
    BOOST_TEST(
        outcome_of(comment("updated", "it is the database", "2026-03-02T10:02:00.000000Z")) == "updated"
    );
    BOOST_TEST(outcome_of(comment("deleted", "", "2026-03-02T10:03:00.000000Z")) == "updated");
    // Very old senders name neither comment nor time.
    auto unnamed = first;
    std::get<sentry::comment>(unnamed.webhook.what).timestamp.clear();
    BOOST_TEST(!event_of(unnamed.webhook).has_value());
    BOOST_TEST(source.state()->occurrences == 1);
}

BOOST_AUTO_TEST_SUITE_END()
