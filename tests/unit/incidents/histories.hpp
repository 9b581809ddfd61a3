#pragma once

// Histories of issues and monitors at Sentry, and the deliveries that report them.

#include "test_source.hpp"

#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::incidents::test {

inline std::string sometimes_empty(std::mt19937& random, std::string text) {
    return random() % 4 == 0 ? std::string() : std::move(text);
}

/// The n-th event of an issue, with or without an alert rule. Two at a time have the same second, and some
/// fields are missing.
inline test_delivery event(std::mt19937& random, int n, std::string const& issue = "1") {
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
    std::string slug = "checkout";  ///< of its project
    std::string status = "unresolved";
    int second = 0;
    std::int64_t count = 1;
};

inline test_delivery lifecycle(std::string const& action, issue_state const& is) {
    sentry::issue about;
    about.id = is.issue;
    about.short_id = "SHOP-" + is.issue;
    about.title = "Issue " + is.issue;
    about.culprit = "culprit of the issue";
    about.level = "error";
    about.url = "https://sentry.example/issues/" + is.issue;
    about.status = is.status;
    about.count = is.count;
    about.project = {"1", is.slug, {}};
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

inline test_delivery metric(std::string const& action, int n, int period = 1) {
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
inline int shuffles() {
    auto const* const wanted = std::getenv("TOCSIN_TEST_SHUFFLES");
    return wanted ? std::atoi(wanted) : 1000;
}

/// The same event, as another rule or as an error.
inline test_delivery reported_otherwise(test_delivery const& one, std::mt19937& random) {
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

inline deliveries with_duplicates(deliveries all, std::mt19937& random) {
    auto const count = all.size();
    for (std::size_t i = 0; i < count / 4; ++i) {
        auto again = all[random() % count];
        // The same event with another body, as Sentry may send it again.
        if (again.event) again.body_hash = crypto::sha256("again " + std::to_string(i));
        all.push_back(std::move(again));
    }
    return all;
}

/// About one of four is lost, but not the one at `kept`.
inline deliveries without_lost(deliveries const& all, std::size_t kept, std::mt19937& random) {
    deliveries left;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (i == kept || random() % 4 != 0) left.push_back(all[i]);
    return left;
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
            if (random() % 8 == 0) is.slug = "checkout-" + std::to_string(is.second);
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

/// An outage fires again and again, and recovers without a webhook. It may be deleted or merged in the end.
struct outage_life {
    issue_state is{.issue = "9", .second = 1};
    deliveries sent{lifecycle("created", is)};
    std::string end;

    outage_life(std::mt19937& random, int failures) {
        for (int n = 1; n < failures; ++n) {
            is.second += 1 + static_cast<int>(random() % 3);
            ++is.count;
            sent.push_back(lifecycle("unresolved", is));
            sent.push_back(event(random, is.second * 2, is.issue));
        }
        static std::vector<std::string> const ends{
            "", "", "deleted in Sentry", "merged into SHOP-5 in Sentry"
        };
        end = ends[random() % ends.size()];
        if (!end.empty() || random() % 2 == 0) is.status = "resolved";
    }

    bool is_open() const { return is.status == "unresolved"; }
    /// As the reconciler reads it.
    test_delivery read() const {
        auto now = lifecycle(is.status, is);
        if (!end.empty()) {
            sentry::issue gone;
            gone.id = is.issue;
            gone.status = "resolved";
            gone.last_seen = timestamp{};
            gone.end = end;
            now.webhook.what = gone;
        }
        now.body_hash = crypto::sha256("as it was read");
        return now;
    }
};

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

}  // namespace tocsin::incidents::test
