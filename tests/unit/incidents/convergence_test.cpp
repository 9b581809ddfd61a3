// Deliveries with a time of their own lead to the same state in any order and with any duplicates. Deliveries
// without one do so after the issue was read from Sentry, and it is read whenever that is needed.
#include "histories.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;
using namespace tocsin::incidents::test;

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

/// Webhooks are lost, projects are renamed, and the rest arrives in any order.
BOOST_AUTO_TEST_CASE(what_is_left_of_lost_webhooks_ends_as_in_sentry_after_the_issues_are_read) {
    std::mt19937 random(31);
    for (int round = 0; round < shuffles(); ++round) {
        std::vector<issue_life> lives;
        deliveries all;
        for (auto const* id : {"1", "2", "3"}) {
            lives.emplace_back(random, id, 40);
            auto const left = without_lost(lives.back().sent, lives.back().sent.size(), random);
            all.insert(all.end(), left.begin(), left.end());
        }
        // The end of a metric alert cannot be read.
        monitor_life const monitor(random, 10, 3);
        auto const left = without_lost(monitor.sent, monitor.sent.size() - 1, random);
        all.insert(all.end(), left.begin(), left.end());
        auto delivered = with_duplicates(all, random);
        std::shuffle(delivered.begin(), delivered.end(), random);
        std::map<std::string, test_source> shuffled;
        for (auto const& each : delivered) shuffled[source_of(each.webhook)->id].apply(each);
        BOOST_TEST_REQUIRE(shuffled.size() == 4);
        BOOST_TEST_REQUIRE(shuffled["7"].is_open() == monitor.is_open, "shuffle " << round);
        for (auto const& one : lives) {
            auto& source = shuffled[one.is.issue];
            source.apply(one.read(), true);
            BOOST_TEST_REQUIRE(source.is_open() == one.is_open(), "shuffle " << round);
            BOOST_TEST_REQUIRE(!source.in_doubt());
            if (!one.is_open()) continue;
            BOOST_TEST_REQUIRE(source.state()->title == "Issue " + one.is.issue);
            BOOST_TEST_REQUIRE(source.state()->occurrences == one.is.count);
        }
    }
}

/// An open outage is read at any time, and what Sentry says is applied if it has ended.
BOOST_AUTO_TEST_CASE(outages_that_end_without_a_webhook_end_in_any_order) {
    std::mt19937 random(37);
    for (int round = 0; round < shuffles(); ++round) {
        outage_life const outage(random, 2 + static_cast<int>(random() % 8));
        auto delivered = with_duplicates(without_lost(outage.sent, 0, random), random);
        std::shuffle(delivered.begin(), delivered.end(), random);
        test_source shuffled;
        auto const read = [&] {
            if (shuffled.in_doubt() || (shuffled.is_open() && !outage.is_open()))
                shuffled.apply(outage.read(), true);
        };
        for (auto const& each : delivered) {
            shuffled.apply(each);
            if (random() % 3 == 0) read();
        }
        read();
        BOOST_TEST_REQUIRE(shuffled.incidents() == 1);
        BOOST_TEST_REQUIRE(shuffled.is_open() == outage.is_open(), "shuffle " << round);
        BOOST_TEST_REQUIRE(!shuffled.in_doubt());
        BOOST_TEST_REQUIRE(!shuffled.state()->title.empty());
        if (!outage.is_open())
            BOOST_TEST_REQUIRE((shuffled.state()->resolution == resolution::sentry), "shuffle " << round);
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
