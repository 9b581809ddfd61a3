// Deliveries with a time of their own lead to the same state in any order and with any duplicates. Deliveries
// without one do so after the issue was read from Sentry, and it is read whenever that is needed.
#include "ingest/apply_delivery.hpp"
#include "ingest/webhook_subject.hpp"

#include <boost/test/unit_test.hpp>

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
using namespace std::chrono_literals;

namespace {

timestamp const start = *parse_rfc3339("2026-03-02T10:00:00Z");
rule_settings const settings{};

timestamp at_second(int n) {
    return start + std::chrono::seconds(n);
}

struct test_delivery {
    sentry::webhook webhook;
    crypto::sha256_digest body_hash;
    std::optional<crypto::sha256_digest> event_hash;
};

using deliveries = std::vector<test_delivery>;

test_delivery delivery_of(sentry::webhook webhook, std::string const& bytes) {
    auto event = event_hash_of(webhook);
    return {std::move(webhook), crypto::sha256(bytes), event};
}

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
    about.last_seen = at_second(is.second);
    sentry::webhook webhook;
    webhook.resource = sentry::resource::issue;
    webhook.action = action;
    webhook.what = about;
    auto const bytes =
        is.issue + action + is.status + std::to_string(is.second) + " " + std::to_string(is.count);
    return delivery_of(std::move(webhook), bytes);
}

test_delivery metric(std::string const& action, int n) {
    sentry::metric_alert about;
    about.id = "7";
    about.title = "p95";
    about.text = std::to_string(n) + " events";
    sentry::webhook webhook;
    webhook.resource = sentry::resource::metric_alert;
    webhook.action = action;
    webhook.what = about;
    return delivery_of(std::move(webhook), "metric " + action + std::to_string(n));
}

/// A source to which deliveries are applied as a batch does it.
class test_source {
public:
    void apply(test_delivery const& one, bool from_reconciler = false) {
        std::optional<delivery_id> before;
        if (one.event_hash)
            if (auto const found = applied_.find(*one.event_hash); found != applied_.end())
                before = found->second;
        auto const result = apply_delivery(
            source_,
            {{}, one.webhook, one.body_hash, before, from_reconciler},
            0,
            route_,
            settings,
            start + 1h,
            [this] { return ++incidents_; }
        );
        if (one.event_hash && result.decision.applied) applied_.emplace(*one.event_hash, delivery_id{});
        if (result.decision.outcome != outcome::duplicate) ++effects_;
        in_doubt_ = (in_doubt_ && !from_reconciler) || result.decision.in_doubt;
        // A rule and an index allow at most one.
        auto const unresolved =
            std::count_if(source_.incidents.begin(), source_.incidents.end(), [](auto const& each) {
                return each.is.state.status != status::resolved;
            });
        BOOST_TEST_REQUIRE(unresolved <= 1);
    }
    void apply(deliveries const& all) {
        for (auto const& one : all) apply(one);
    }

    /// Null if no incident was opened.
    incident_state const* state() {
        auto const* const current = source_.current();
        return current ? &current->is.state : nullptr;
    }
    bool is_open() { return state() && state()->status != status::resolved; }
    std::int64_t incidents() const { return incidents_; }
    std::size_t effects() const { return effects_; }
    bool in_doubt() const { return in_doubt_; }

private:
    routing route_ = [] {
        routing route;
        route.result = routing::kind::mapped;
        route.open_on_error = true;
        return route;
    }();
    source_state source_;
    std::map<crypto::sha256_digest, delivery_id> applied_;
    std::int64_t incidents_ = 0;
    std::size_t effects_ = 0;
    bool in_doubt_ = false;
};

/// In how many orders 200 deliveries are applied, unless TOCSIN_TEST_SHUFFLES sets another number.
int shuffles() {
    auto const* const wanted = std::getenv("TOCSIN_TEST_SHUFFLES");
    return wanted ? std::atoi(wanted) : 1000;
}

deliveries with_duplicates(deliveries all, std::mt19937& random) {
    auto const count = all.size();
    for (std::size_t i = 0; i < count / 4; ++i) {
        auto again = all[random() % count];
        // The same event with another body, as Sentry may send it again.
        if (again.event_hash) again.body_hash = crypto::sha256("again " + std::to_string(i));
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

/// Three issues and a metric alert, mixed. The webhooks of the alert have no time and it cannot be read from
/// Sentry, so the last one to arrive stands.
BOOST_AUTO_TEST_CASE(mixed_histories_end_as_in_sentry_after_the_issues_are_read) {
    static std::vector<std::string> const actions{"warning", "critical", "resolved", "open"};
    std::mt19937 random(13);
    for (int round = 0; round < shuffles(); ++round) {
        std::vector<issue_life> lives;
        deliveries all;
        for (auto const* id : {"1", "2", "3"}) {
            lives.emplace_back(random, id, 40);
            all.insert(all.end(), lives.back().sent.begin(), lives.back().sent.end());
        }
        for (int n = 0; n < 40; ++n) all.push_back(metric(actions[random() % actions.size()], n));
        auto delivered = with_duplicates(all, random);
        BOOST_TEST_REQUIRE(delivered.size() == 200);
        std::shuffle(delivered.begin(), delivered.end(), random);
        std::map<std::string, test_source> shuffled;
        std::string last_of_alert;
        for (auto const& each : delivered) {
            shuffled[source_of(each.webhook)->id].apply(each);
            if (each.webhook.resource == sentry::resource::metric_alert) last_of_alert = each.webhook.action;
        }
        BOOST_TEST_REQUIRE(shuffled["7"].is_open() == (last_of_alert != "resolved"));
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
            if (each.event_hash && random() % 3 == 0) delivered.push_back(each);
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
