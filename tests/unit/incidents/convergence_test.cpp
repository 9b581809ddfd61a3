// What carries a time of its own leads to the same end in whatever order and however often it is delivered;
// what carries none does once the issue has been read from Sentry, and it is read where that is needed.
#include "ingest_fold.hpp"

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

std::string nothing_or(std::mt19937& random, std::string text) {
    return random() % 4 == 0 ? std::string() : std::move(text);
}

/// The n-th event of an issue, as an alert rule's or by itself. Two follow each other within the same second,
/// and each says more or less.
happening event(std::mt19937& random, int n, std::string const& issue = "1") {
    static std::vector<std::string> const levels{"error", "warning", "error", "info"};
    auto const text = std::to_string(n);
    sentry::event_alert about;
    about.event_id = "event " + text;
    about.issue_id = issue;
    about.title = "Title " + text;
    about.culprit = nothing_or(random, "culprit " + text);
    about.level = levels[random() % levels.size()];
    about.environment = nothing_or(random, "environment " + std::to_string(n % 3));
    about.release = nothing_or(random, "1." + text);
    about.url = "https://sentry.example/" + text;
    about.at = at_second(n / 2);
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
    return of(std::move(hook), issue + " event " + text);
}

/// What a webhook says of an issue at some second.
struct moment {
    std::string issue = "1";
    std::string status = "unresolved";
    int second = 0;
    std::int64_t count = 1;
};

happening lifecycle(std::string const& action, moment const& is) {
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
    sentry::webhook hook;
    hook.resource = sentry::resource::issue;
    hook.action = action;
    hook.what = about;
    auto const bytes =
        is.issue + action + is.status + std::to_string(is.second) + " " + std::to_string(is.count);
    return of(std::move(hook), bytes);
}

happening metric(std::string const& action, int n) {
    sentry::metric_alert about;
    about.id = "7";
    about.title = "p95";
    about.text = std::to_string(n) + " events";
    sentry::webhook hook;
    hook.resource = sentry::resource::metric_alert;
    hook.action = action;
    hook.what = about;
    return of(std::move(hook), "metric " + action + std::to_string(n));
}

/// One source, told as a batch tells it.
class told_source {
public:
    void tell(happening const& one, bool is_read_back = false) {
        std::optional<delivery_id> before;
        if (one.event)
            if (auto const found = applied_.find(*one.event); found != applied_.end()) before = found->second;
        auto const done = incidents::tell(
            story_,
            {{}, one.hook, one.body, one.event, before, is_read_back},
            0,
            where_,
            settings,
            start + 1h,
            [this] { return ++incidents_; }
        );
        if (one.event && done.made.applied) applied_.emplace(*one.event, delivery_id{});
        if (done.made.outcome != outcome::duplicate) ++effects_;
        in_doubt_ = (in_doubt_ && !is_read_back) || done.made.in_doubt;
        // Of the others none is open: there is a rule for it, and an index.
        auto const open =
            std::count_if(story_.incidents.begin(), story_.incidents.end(), [](auto const& each) {
                return each.is.state.status != status::resolved;
            });
        BOOST_TEST_REQUIRE(open <= 1);
    }
    void tell(history const& all) {
        for (auto const& one : all) tell(one);
    }

    /// Nothing where no incident was opened.
    incident_state const* state() {
        auto const* const current = story_.current();
        return current ? &current->is.state : nullptr;
    }
    bool is_open() { return state() && state()->status != status::resolved; }
    std::int64_t incidents() const { return incidents_; }
    std::size_t effects() const { return effects_; }
    bool in_doubt() const { return in_doubt_; }

private:
    routing where_ = [] {
        routing where;
        where.result = routing::kind::mapped;
        where.open_on_error = true;
        return where;
    }();
    source_story story_;
    std::map<crypto::sha256_digest, delivery_id> applied_;
    std::int64_t incidents_ = 0;
    std::size_t effects_ = 0;
    bool in_doubt_ = false;
};

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

/// The life of an issue, as Sentry knows it, and what it sends of it.
struct life {
    moment is;
    history sent;

    life(std::mt19937& random, std::string issue, int deliveries) {
        is.issue = std::move(issue);
        is.second = 1;
        sent.push_back(lifecycle("created", is));
        while (static_cast<int>(sent.size()) < deliveries) {
            is.second += 1 + static_cast<int>(random() % 3);
            auto const next = random() % 4;
            // What is archived stays silent, and what is resolved fires again only as a regression.
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

    /// What reading the issue says at the end.
    happening read() const {
        auto now = lifecycle(is.status == "ignored" ? "archived" : is.status, is);
        now.body = crypto::sha256("as it was read");
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

BOOST_AUTO_TEST_CASE(events_end_alike_in_any_order_and_with_any_duplicates) {
    std::mt19937 random(20260302);
    for (int round = 0; round < shuffles(); ++round) {
        history all;
        for (int n = 1; n <= 160; ++n) all.push_back(event(random, n));
        told_source in_order;
        in_order.tell(all);
        auto const expected = *in_order.state();
        BOOST_TEST_REQUIRE(in_order.incidents() == 1);
        BOOST_TEST_REQUIRE(expected.occurrences == 160);
        BOOST_TEST_REQUIRE((expected.severity == severity::critical));
        BOOST_TEST_REQUIRE(expected.title == "Title 160");
        auto told = with_duplicates(all, random);
        BOOST_TEST_REQUIRE(told.size() == 200);
        std::shuffle(told.begin(), told.end(), random);
        told_source shuffled;
        shuffled.tell(told);
        BOOST_TEST_REQUIRE((*shuffled.state() == expected), "shuffle " << round);
        BOOST_TEST_REQUIRE(shuffled.incidents() == 1);
        BOOST_TEST_REQUIRE(shuffled.effects() == in_order.effects());
    }
}

BOOST_AUTO_TEST_CASE(every_order_of_five_moments_ends_alike) {
    std::mt19937 random(5);
    for (int round = 0; round < 20; ++round) {
        std::vector<int> order{0, 1, 2, 3, 4};
        history all;
        for (int const n : order)
            all.push_back(n == 2 ? lifecycle("created", {.second = 1, .count = 3}) : event(random, n));
        told_source in_order;
        in_order.tell(all);
        do {
            told_source other;
            for (int const n : order) other.tell(all[static_cast<std::size_t>(n)]);
            BOOST_TEST_REQUIRE((*other.state() == *in_order.state()));
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

BOOST_AUTO_TEST_CASE(moments_of_the_issue_among_its_events_end_alike) {
    std::mt19937 random(7);
    for (int round = 0; round < shuffles(); ++round) {
        history all;
        // Its creation is sent again as the issue is by then.
        for (int n = 1; n <= 160; ++n)
            all.push_back(
                n % 8 == 0 ? lifecycle("created", {.second = n / 2, .count = n * 2}) : event(random, n)
            );
        told_source in_order;
        in_order.tell(all);
        auto told = with_duplicates(all, random);
        BOOST_TEST_REQUIRE(told.size() == 200);
        std::shuffle(told.begin(), told.end(), random);
        told_source shuffled;
        shuffled.tell(told);
        BOOST_TEST_REQUIRE(shuffled.incidents() == 1);
        BOOST_TEST_REQUIRE((*shuffled.state() == *in_order.state()), "shuffle " << round);
        BOOST_TEST_REQUIRE(shuffled.state()->occurrences == 320);
        BOOST_TEST_REQUIRE(!shuffled.in_doubt());
    }
}

BOOST_AUTO_TEST_CASE(a_metric_alert_that_goes_up_ends_alike) {
    std::mt19937 random(11);
    static std::vector<std::string> const actions{"warning", "open", "warning", "critical"};
    for (int round = 0; round < shuffles(); ++round) {
        history all;
        for (int n = 0; n < 40; ++n) all.push_back(metric(actions[random() % actions.size()], n));
        auto told = with_duplicates(all, random);
        std::shuffle(told.begin(), told.end(), random);
        told_source in_order, shuffled;
        in_order.tell(all);
        shuffled.tell(told);
        BOOST_TEST_REQUIRE(shuffled.incidents() == 1);
        BOOST_TEST_REQUIRE(shuffled.is_open());
        BOOST_TEST_REQUIRE((shuffled.state()->severity == in_order.state()->severity));
    }
}

/// Three issues and a metric alert among each other. The alert's webhooks carry no time, and nobody can be
/// asked: its last one stands.
BOOST_AUTO_TEST_CASE(whole_histories_end_as_sentry_says_once_the_issues_are_read) {
    static std::vector<std::string> const actions{"warning", "critical", "resolved", "open"};
    std::mt19937 random(13);
    for (int round = 0; round < shuffles(); ++round) {
        std::vector<life> lives;
        history all;
        for (auto const* id : {"1", "2", "3"}) {
            lives.emplace_back(random, id, 40);
            all.insert(all.end(), lives.back().sent.begin(), lives.back().sent.end());
        }
        for (int n = 0; n < 40; ++n) all.push_back(metric(actions[random() % actions.size()], n));
        auto told = with_duplicates(all, random);
        BOOST_TEST_REQUIRE(told.size() == 200);
        std::shuffle(told.begin(), told.end(), random);
        std::map<std::string, told_source> shuffled;
        std::string last_of_alert;
        for (auto const& each : told) {
            shuffled[source_of(each.hook)->id].tell(each);
            if (each.hook.resource == sentry::resource::metric_alert) last_of_alert = each.hook.action;
        }
        BOOST_TEST_REQUIRE(shuffled["7"].is_open() == (last_of_alert != "resolved"));
        for (auto const& one : lives) {
            auto& source = shuffled[one.is.issue];
            source.tell(one.read(), true);
            BOOST_TEST_REQUIRE(source.is_open() == one.is_open(), "shuffle " << round);
            BOOST_TEST_REQUIRE(!source.in_doubt());
            if (!one.is_open()) continue;
            BOOST_TEST_REQUIRE(source.state()->title == "Issue " + one.is.issue);
            BOOST_TEST_REQUIRE(source.state()->occurrences == one.is.count);
            BOOST_TEST_REQUIRE((source.state()->last_seen_at == at_second(one.is.second)));
        }
    }
}

/// Each is delivered once, events more often, and the issue is read some time after a doubt was raised: right
/// away or when everything has come.
BOOST_AUTO_TEST_CASE(an_order_that_misleads_raises_a_doubt) {
    std::mt19937 random(17);
    int unread = 0;
    for (int round = 0; round < shuffles(); ++round) {
        life const one(random, "1", 3 + static_cast<int>(random() % 12));
        auto told = one.sent;
        for (auto const& each : one.sent)
            if (each.event && random() % 3 == 0) told.push_back(each);
        // Most come nearly in order.
        auto const reach = 1 + static_cast<int>(random() % 12);
        for (std::size_t i = 0; i + 1 < told.size(); ++i) {
            auto const most = std::min<std::size_t>(told.size() - 1, i + static_cast<std::size_t>(reach));
            std::swap(told[i], told[i + random() % (most - i + 1)]);
        }
        told_source shuffled;
        bool was_read = false;
        for (auto const& each : told) {
            shuffled.tell(each);
            if (!shuffled.in_doubt() || random() % 2 == 0) continue;
            shuffled.tell(one.read(), true);
            was_read = true;
        }
        if (shuffled.in_doubt()) {
            shuffled.tell(one.read(), true);
            was_read = true;
        }
        unread += was_read ? 0 : 1;
        BOOST_TEST_REQUIRE(shuffled.is_open() == one.is_open(), "shuffle " << round);
    }
    // Nothing is read without a reason.
    BOOST_TEST(unread > shuffles() / 20);
}

BOOST_AUTO_TEST_SUITE_END()
