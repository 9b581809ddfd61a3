// Deliveries with a time of their own lead to the same state in any order and with any duplicates. Deliveries
// without one do so after the issue was read from Sentry, and it is read whenever that is needed.
#include "test_source.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;
using namespace tocsin::incidents::test;

namespace {

std::string sometimes_empty(std::mt19937& random, std::string text) {
    return random() % 4 == 0 ? std::string() : std::move(text);
}

/// The n-th event of an issue, with or without an alert rule. Two at a time have the same second, and some
/// fields are missing.
test_delivery event(std::mt19937& random, int n, std::string const& issue = "1") {
    static std::vector<std::string> const levels{"error", "warning", "error", "info"};
    auto const text = std::to_string(n);
    sentry::event_alert about;
    about.event_id = "event " + text;
    about.issue_id = issue;
    about.title = "Title " + text;
    about.culprit = sometimes_empty(random, "culprit " + text);
    about.level = levels[random() % levels.size()];
    about.environment = sometimes_empty(random, "environment " + std::to_string(n % 3));
    about.release = sometimes_empty(random, "1." + text);
    about.url = "https://sentry.example/" + text;
    about.at = at_second(n / 2);
    sentry::webhook webhook;
    if (random() % 2 == 0) {
        webhook.resource = sentry::resource::error;
        webhook.action = "created";
        webhook.what = static_cast<sentry::event>(about);
    } else {
        about.rule = "rule " + std::to_string(random() % 2);
        webhook.resource = sentry::resource::event_alert;
        webhook.action = "triggered";
        webhook.what = about;
    }
    return delivery_of(std::move(webhook), issue + " event " + text);
}

/// The state of an issue at some second.
struct issue_state {
    std::string issue = "1";
    std::string status = "unresolved";
    int second = 0;
    std::int64_t count = 1;
};

test_delivery lifecycle(std::string const& action, issue_state const& is) {
    sentry::issue about;
    about.id = is.issue;
    about.short_id = "SHOP-" + is.issue;
    about.title = "Issue " + is.issue;
    about.culprit = "culprit of the issue";
    about.level = "error";
    about.url = "https://sentry.example/issues/" + is.issue;
    about.status = is.status;
    about.count = is.count;
    about.first_seen = at_second(1);
    about.last_seen = at_second(is.second);
    sentry::webhook webhook;
    webhook.resource = sentry::resource::issue;
    webhook.action = action;
    webhook.what = about;
    auto const bytes =
        is.issue + action + is.status + std::to_string(is.second) + " " + std::to_string(is.count);
    return delivery_of(std::move(webhook), bytes);
}

test_delivery metric(std::string const& action, int n, int period = 1) {
    sentry::metric_alert about;
    about.id = std::to_string(1000 + period);
    about.rule_id = "7";
    about.title = "p95";
    about.text = std::to_string(n) + " events";
    sentry::webhook webhook;
    webhook.resource = sentry::resource::metric_alert;
    webhook.action = action;
    webhook.what = about;
    return delivery_of(std::move(webhook), "metric " + about.id + action + std::to_string(n));
}

/// In how many orders 200 deliveries are applied, unless TOCSIN_TEST_SHUFFLES sets another number.
int shuffles() {
    auto const* const wanted = std::getenv("TOCSIN_TEST_SHUFFLES");
    return wanted ? std::atoi(wanted) : 1000;
}

/// The same event, as another rule or as an error.
test_delivery reported_otherwise(test_delivery const& one, std::mt19937& random) {
    auto webhook = one.webhook;
    auto const* const alert = std::get_if<sentry::event_alert>(&webhook.what);
    auto const event = alert ? static_cast<sentry::event>(*alert) : std::get<sentry::event>(webhook.what);
    if (alert && random() % 2 == 0) {
        webhook.resource = sentry::resource::error;
        webhook.action = "created";
        webhook.what = event;
    } else {
        sentry::event_alert other;
        static_cast<sentry::event&>(other) = event;
        other.rule = "another rule";
        webhook.resource = sentry::resource::event_alert;
        webhook.action = "triggered";
        webhook.what = other;
    }
    return delivery_of(std::move(webhook), "other " + event.event_id + std::to_string(random()));
}

deliveries with_duplicates(deliveries all, std::mt19937& random) {
    auto const count = all.size();
    for (std::size_t i = 0; i < count / 4; ++i) {
        auto again = all[random() % count];
        // The same event with another body, as Sentry may send it again.
        if (again.event) again.body_hash = crypto::sha256("again " + std::to_string(i));
        all.push_back(std::move(again));
    }
    return all;
}

/// The life of an issue at Sentry, and its deliveries.
struct issue_life {
    issue_state is;
    deliveries sent;

    issue_life(std::mt19937& random, std::string issue, int deliveries) {
        is.issue = std::move(issue);
        is.second = 1;
        sent.push_back(lifecycle("created", is));
        while (static_cast<int>(sent.size()) < deliveries) {
            is.second += 1 + static_cast<int>(random() % 3);
            auto const next = random() % 4;
            // An archived issue stays silent, and a resolved one fires again only as a regression.
            if (is.status != "unresolved")
                change(
                    "unresolved",
                    "unresolved",
                    random() % 2 == 0 && static_cast<int>(sent.size()) + 1 < deliveries,
                    random
                );
            else if (next == 0)
                change("resolved", "resolved", false, random);
            else if (next == 1)
                change("ignored", "ignored", false, random);
            else
                fire(random);
        }
    }

    /// The final state, as the reconciler reads it.
    test_delivery read() const {
        auto now = lifecycle(is.status == "ignored" ? "archived" : is.status, is);
        now.body_hash = crypto::sha256("as it was read");
        return now;
    }
    bool is_open() const { return is.status == "unresolved"; }

private:
    void fire(std::mt19937& random) {
        ++is.count;
        sent.push_back(event(random, is.second * 2, is.issue));
    }
    void change(std::string const& action, std::string status, bool by_event, std::mt19937& random) {
        if (by_event) fire(random);
        is.status = std::move(status);
        sent.push_back(lifecycle(action, is));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(convergence)

BOOST_AUTO_TEST_CASE(events_end_in_the_same_state_in_any_order_with_any_duplicates) {
    std::mt19937 random(20260302);
    for (int round = 0; round < shuffles(); ++round) {
        deliveries all;
        for (int n = 1; n <= 160; ++n) all.push_back(event(random, n));
        test_source in_order;
        in_order.apply(all);
        auto const expected = *in_order.state();
        BOOST_TEST_REQUIRE(in_order.incidents() == 1);
        BOOST_TEST_REQUIRE(expected.occurrences == 160);
        BOOST_TEST_REQUIRE((expected.severity == severity::critical));
        BOOST_TEST_REQUIRE(expected.title == "Title 160");
        auto delivered = with_duplicates(all, random);
        BOOST_TEST_REQUIRE(delivered.size() == 200);
        std::shuffle(delivered.begin(), delivered.end(), random);
        test_source shuffled;
        shuffled.apply(delivered);
        BOOST_TEST_REQUIRE((*shuffled.state() == expected), "shuffle " << round);
        BOOST_TEST_REQUIRE(shuffled.incidents() == 1);
        BOOST_TEST_REQUIRE(shuffled.effects() == in_order.effects());
    }
}

BOOST_AUTO_TEST_CASE(events_that_several_subscriptions_report_count_once_in_any_order) {
    std::mt19937 random(20260303);
    for (int round = 0; round < shuffles(); ++round) {
        deliveries all{lifecycle("created", {.second = 1})};
        for (int n = 2; n <= 100; ++n) {
            all.push_back(event(random, n));
            while (random() % 2 == 0) all.push_back(reported_otherwise(all.back(), random));
        }
        std::shuffle(all.begin(), all.end(), random);
        test_source shuffled;
        shuffled.apply(all);
        BOOST_TEST_REQUIRE(shuffled.incidents() == 1);
        // The first two events are the one that created the issue, and one within the same second.
        BOOST_TEST_REQUIRE(shuffled.state()->occurrences == 99, "shuffle " << round);
        BOOST_TEST_REQUIRE((shuffled.state()->severity == severity::error));
    }
}

BOOST_AUTO_TEST_CASE(every_order_of_five_deliveries_ends_in_the_same_state) {
    std::mt19937 random(5);
    for (int round = 0; round < 20; ++round) {
        std::vector<int> order{0, 1, 2, 3, 4};
        deliveries all;
        for (int const n : order)
            all.push_back(n == 2 ? lifecycle("created", {.second = 1, .count = 3}) : event(random, n));
        test_source in_order;
        in_order.apply(all);
        do {
            test_source other;
            for (int const n : order) other.apply(all[static_cast<std::size_t>(n)]);
            BOOST_TEST_REQUIRE((*other.state() == *in_order.state()));
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

BOOST_AUTO_TEST_CASE(states_of_the_issue_among_its_events_end_in_the_same_state) {
    std::mt19937 random(7);
    for (int round = 0; round < shuffles(); ++round) {
        deliveries all;
        // issue.created is sent again with the state of the issue by then.
        for (int n = 1; n <= 160; ++n)
            all.push_back(
                n % 8 == 0 ? lifecycle("created", {.second = n / 2, .count = n * 2}) : event(random, n)
            );
        test_source in_order;
        in_order.apply(all);
        auto delivered = with_duplicates(all, random);
        BOOST_TEST_REQUIRE(delivered.size() == 200);
        std::shuffle(delivered.begin(), delivered.end(), random);
        test_source shuffled;
        shuffled.apply(delivered);
        BOOST_TEST_REQUIRE(shuffled.incidents() == 1);
        BOOST_TEST_REQUIRE((*shuffled.state() == *in_order.state()), "shuffle " << round);
        BOOST_TEST_REQUIRE(shuffled.state()->occurrences == 320);
        BOOST_TEST_REQUIRE(!shuffled.in_doubt());
    }
}

BOOST_AUTO_TEST_CASE(a_rising_metric_alert_ends_in_the_same_state) {
    std::mt19937 random(11);
    static std::vector<std::string> const actions{"warning", "open", "warning", "critical"};
    for (int round = 0; round < shuffles(); ++round) {
        deliveries all;
        for (int n = 0; n < 40; ++n) all.push_back(metric(actions[random() % actions.size()], n));
        auto delivered = with_duplicates(all, random);
        std::shuffle(delivered.begin(), delivered.end(), random);
        test_source in_order, shuffled;
        in_order.apply(all);
        shuffled.apply(delivered);
        BOOST_TEST_REQUIRE(shuffled.incidents() == 1);
        BOOST_TEST_REQUIRE(shuffled.is_open());
        BOOST_TEST_REQUIRE((shuffled.state()->severity == in_order.state()->severity));
    }
}

/// The webhooks of a monitor's periods: all have ended, but for the last one sometimes.
struct monitor_life {
    bool is_open = false;
    deliveries sent;

    monitor_life(std::mt19937& random, int periods, int firing) {
        static std::vector<std::string> const actions{"warning", "critical", "open"};
        for (int period = 1; period <= periods; ++period) {
            is_open = period == periods && random() % 2 == 0;
            for (int n = 0; n < firing; ++n)
                sent.push_back(metric(actions[random() % actions.size()], n, period));
            sent.push_back(metric(is_open ? "critical" : "resolved", firing, period));
        }
    }
};

BOOST_AUTO_TEST_CASE(a_monitor_that_flaps_is_one_incident_and_ends_as_its_last_period) {
    std::mt19937 random(23);
    for (int round = 0; round < shuffles(); ++round) {
        monitor_life const monitor(random, 5, 1 + static_cast<int>(random() % 3));
        auto delivered = with_duplicates(monitor.sent, random);
        std::shuffle(delivered.begin(), delivered.end(), random);
        test_source shuffled;
        shuffled.apply(delivered);
        // Nothing opens where the end of the last period came first.
        BOOST_TEST_REQUIRE(shuffled.incidents() <= 1);
        BOOST_TEST_REQUIRE(shuffled.is_open() == monitor.is_open, "shuffle " << round);
    }
}

/// A monitor's alert and the issue that Sentry keeps beside it are one source. The issue changes with each
/// period; its resolution often makes no webhook.
BOOST_AUTO_TEST_CASE(a_monitor_and_its_issue_end_as_in_sentry_in_any_order) {
    std::mt19937 random(29);
    for (int round = 0; round < shuffles(); ++round) {
        monitor_life const monitor(random, 4, 1);
        auto all = monitor.sent;
        issue_state is{.issue = "5"};
        for (int period = 1; period <= 4; ++period) {
            is.status = "unresolved";
            is.second = period * 10;
            ++is.count;
            all.push_back(lifecycle("unresolved", is));
            if (period == 4 && monitor.is_open) break;
            is.status = "resolved";
            if (random() % 2 == 0) all.push_back(lifecycle("resolved", is));
        }
        auto read = lifecycle(is.status, is);
        read.body_hash = crypto::sha256("as it was read");
        auto delivered = with_duplicates(all, random);
        std::shuffle(delivered.begin(), delivered.end(), random);
        test_source shuffled;
        for (auto const& each : delivered) {
            shuffled.apply(each);
            if (shuffled.in_doubt() && random() % 2 == 0) shuffled.apply(read, true);
        }
        if (shuffled.in_doubt()) shuffled.apply(read, true);
        BOOST_TEST_REQUIRE(shuffled.incidents() <= 1);
        BOOST_TEST_REQUIRE(shuffled.is_open() == monitor.is_open, "shuffle " << round);
    }
}

/// Three issues and a metric alert, mixed.
BOOST_AUTO_TEST_CASE(mixed_histories_end_as_in_sentry_after_the_issues_are_read) {
    std::mt19937 random(13);
    for (int round = 0; round < shuffles(); ++round) {
        std::vector<issue_life> lives;
        deliveries all;
        for (auto const* id : {"1", "2", "3"}) {
            lives.emplace_back(random, id, 40);
            all.insert(all.end(), lives.back().sent.begin(), lives.back().sent.end());
        }
        monitor_life const monitor(random, 10, 3);
        all.insert(all.end(), monitor.sent.begin(), monitor.sent.end());
        auto delivered = with_duplicates(all, random);
        BOOST_TEST_REQUIRE(delivered.size() == 200);
        std::shuffle(delivered.begin(), delivered.end(), random);
        std::map<std::string, test_source> shuffled;
        for (auto const& each : delivered) shuffled[source_of(each.webhook)->id].apply(each);
        BOOST_TEST_REQUIRE(shuffled["7"].is_open() == monitor.is_open);
        for (auto const& one : lives) {
            auto& source = shuffled[one.is.issue];
            source.apply(one.read(), true);
            BOOST_TEST_REQUIRE(source.is_open() == one.is_open(), "shuffle " << round);
            BOOST_TEST_REQUIRE(!source.in_doubt());
            if (!one.is_open()) continue;
            BOOST_TEST_REQUIRE(source.state()->title == "Issue " + one.is.issue);
            BOOST_TEST_REQUIRE(source.state()->occurrences == one.is.count);
            BOOST_TEST_REQUIRE((source.state()->last_seen_at == at_second(one.is.second)));
        }
    }
}

/// Every delivery arrives once, events more often, and the issue is read some time after it is in doubt: at
/// once, or after everything has arrived.
BOOST_AUTO_TEST_CASE(a_misleading_order_leaves_the_issue_in_doubt) {
    std::mt19937 random(17);
    int unread = 0;
    for (int round = 0; round < shuffles(); ++round) {
        issue_life const one(random, "1", 3 + static_cast<int>(random() % 12));
        auto delivered = one.sent;
        for (auto const& each : one.sent)
            if (each.event && random() % 3 == 0) delivered.push_back(each);
        // Most arrive nearly in order.
        auto const reach = 1 + static_cast<int>(random() % 12);
        for (std::size_t i = 0; i + 1 < delivered.size(); ++i) {
            auto const most =
                std::min<std::size_t>(delivered.size() - 1, i + static_cast<std::size_t>(reach));
            std::swap(delivered[i], delivered[i + random() % (most - i + 1)]);
        }
        test_source shuffled;
        bool was_read = false;
        for (auto const& each : delivered) {
            shuffled.apply(each);
            if (!shuffled.in_doubt() || random() % 2 == 0) continue;
            shuffled.apply(one.read(), true);
            was_read = true;
        }
        if (shuffled.in_doubt()) {
            shuffled.apply(one.read(), true);
            was_read = true;
        }
        unread += was_read ? 0 : 1;
        BOOST_TEST_REQUIRE(shuffled.is_open() == one.is_open(), "shuffle " << round);
    }
    // Issues are not read without a reason.
    BOOST_TEST(unread > shuffles() / 20);
}

BOOST_AUTO_TEST_SUITE_END()
