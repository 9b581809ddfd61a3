// What carries a time of its own leads to the same end in whatever order and however often it is delivered.
#include "ingest_fold.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;
using namespace std::chrono_literals;

namespace {

timestamp const start = *parse_rfc3339("2026-03-02T10:00:00Z");
rule_settings const settings{};

struct happening {
    sentry::webhook hook;
    crypto::sha256_digest body;
    std::optional<crypto::sha256_digest> event;
};

using history = std::vector<happening>;

happening of(sentry::webhook hook, std::string const& bytes) {
    auto event = event_of(hook);
    return {std::move(hook), crypto::sha256(bytes), event};
}

/// The n-th event of an issue, as an alert rule's or by itself.
happening event(std::mt19937& random, int n) {
    static std::vector<std::string> const levels{"error", "warning", "error", "info"};
    sentry::event_alert about;
    about.event_id = "event " + std::to_string(n);
    about.issue_id = "1";
    about.title = "Title " + std::to_string(n);
    about.culprit = "culprit " + std::to_string(n);
    about.level = levels[random() % levels.size()];
    about.environment = "environment " + std::to_string(n % 3);
    about.release = "1." + std::to_string(n);
    about.url = "https://sentry.example/" + std::to_string(n);
    about.at = start + std::chrono::seconds(n);
    sentry::webhook hook;
    if (random() % 2 == 0) {
        hook.resource = sentry::resource::error;
        hook.action = "created";
        hook.what = static_cast<sentry::event>(about);
    } else {
        about.rule = "rule " + std::to_string(random() % 2);
        hook.resource = sentry::resource::event_alert;
        hook.action = "triggered";
        hook.what = about;
    }
    return of(std::move(hook), "event " + std::to_string(n));
}

happening created(int n) {
    sentry::issue issue;
    issue.id = "1";
    issue.title = "Title " + std::to_string(n);
    issue.level = "error";
    issue.status = "unresolved";
    issue.count = n;
    issue.last_seen = start + std::chrono::seconds(n);
    sentry::webhook hook;
    hook.resource = sentry::resource::issue;
    hook.action = "created";
    hook.what = issue;
    return of(std::move(hook), "issue " + std::to_string(n));
}

struct ending {
    incident_state state;
    std::size_t incidents = 0;
    std::size_t effects = 0;  ///< deliveries that were no duplicates
};

ending tell_all(history const& all) {
    routing where;
    where.result = routing::kind::mapped;
    where.open_on_error = true;
    source_story story;
    std::map<crypto::sha256_digest, delivery_id> applied;
    ending at_last;
    for (auto const& one : all) {
        std::optional<delivery_id> before;
        if (one.event)
            if (auto const found = applied.find(*one.event); found != applied.end()) before = found->second;
        auto const done =
            tell(story, {{}, one.hook, one.body, one.event, before}, 0, where, settings, start + 1h, [] {
                return std::int64_t{1};
            });
        if (one.event && done.made.applied) applied.emplace(*one.event, delivery_id{});
        if (done.made.outcome != outcome::duplicate) ++at_last.effects;
    }
    at_last.incidents = story.incidents.size();
    at_last.state = story.current()->is.state;
    return at_last;
}

/// 200 deliveries are told in this many orders; TOCSIN_TEST_SHUFFLES asks for more.
int shuffles() {
    auto const* const wanted = std::getenv("TOCSIN_TEST_SHUFFLES");
    return wanted ? std::atoi(wanted) : 1000;
}

history with_duplicates(history all, std::mt19937& random) {
    auto const count = all.size();
    for (std::size_t i = 0; i < count / 4; ++i) {
        auto again = all[random() % count];
        // The same event in other bytes, as Sentry may send it again.
        if (again.event) again.body = crypto::sha256("again " + std::to_string(i));
        all.push_back(std::move(again));
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(convergence)

BOOST_AUTO_TEST_CASE(events_end_alike_in_any_order_and_with_any_duplicates) {
    std::mt19937 random(20260302);
    for (int round = 0; round < shuffles(); ++round) {
        history all;
        for (int n = 1; n <= 160; ++n) all.push_back(event(random, n));
        auto const expected = tell_all(all);
        BOOST_TEST(expected.incidents == 1);
        BOOST_TEST(expected.state.occurrences == 160);
        BOOST_TEST((expected.state.severity == severity::critical));
        BOOST_TEST(expected.state.title == "Title 160");
        auto told = with_duplicates(all, random);
        BOOST_TEST(told.size() == 200);
        std::shuffle(told.begin(), told.end(), random);
        auto const found = tell_all(told);
        BOOST_TEST_REQUIRE((found.state == expected.state), "shuffle " << round);
        BOOST_TEST_REQUIRE(found.incidents == 1);
        BOOST_TEST_REQUIRE(found.effects == expected.effects);
    }
}

BOOST_AUTO_TEST_CASE(every_order_of_five_events_ends_alike) {
    std::mt19937 random(5);
    std::vector<int> order{1, 2, 3, 4, 5};
    history all;
    for (int const n : order) all.push_back(event(random, n));
    auto const expected = tell_all(all);
    do {
        history told;
        for (int const n : order) told.push_back(all[static_cast<std::size_t>(n - 1)]);
        BOOST_TEST_REQUIRE((tell_all(told).state == expected.state));
    } while (std::next_permutation(order.begin(), order.end()));
}

/// Sentry's own count and ours of the events that came are two truths about the occurrences, and an issue
/// names no environment: of these the order of arrival decides.
BOOST_AUTO_TEST_CASE(moments_of_the_issue_among_its_events_end_alike) {
    std::mt19937 random(7);
    for (int round = 0; round < shuffles(); ++round) {
        history all;
        for (int n = 1; n <= 120; ++n) all.push_back(n % 4 == 0 ? created(n) : event(random, n));
        auto const expected = tell_all(all).state;
        auto told = with_duplicates(all, random);
        std::shuffle(told.begin(), told.end(), random);
        auto const found = tell_all(told);
        BOOST_TEST_REQUIRE(found.incidents == 1);
        BOOST_TEST_REQUIRE((found.state.status == expected.status));
        BOOST_TEST_REQUIRE((found.state.severity == expected.severity));
        BOOST_TEST_REQUIRE((found.state.last_seen_at == expected.last_seen_at));
        BOOST_TEST_REQUIRE(found.state.title == expected.title);
        BOOST_TEST_REQUIRE(found.state.level == expected.level);
    }
}

BOOST_AUTO_TEST_SUITE_END()
