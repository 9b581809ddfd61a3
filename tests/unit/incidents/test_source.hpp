#pragma once

#include "ingest/apply_delivery.hpp"
#include "ingest/webhook_subject.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::incidents::test {

using namespace std::chrono_literals;

inline timestamp const start = *parse_rfc3339("2026-03-02T10:00:00Z");
inline rule_settings const settings{};

inline timestamp at_second(int n) {
    return start + std::chrono::seconds(n);
}

struct test_delivery {
    sentry::webhook webhook;
    crypto::sha256_digest body_hash;
    std::optional<event_report> event;
};

using deliveries = std::vector<test_delivery>;

inline test_delivery delivery_of(sentry::webhook webhook, std::string const& bytes) {
    auto event = event_of(webhook);
    return {std::move(webhook), crypto::sha256(bytes), event};
}

/// A source to which deliveries are applied as a batch does it.
class test_source {
public:
    void apply(test_delivery const& one, bool from_reconciler = false) {
        auto const before = one.event ? applied_[one.event->event] : event_reports();
        auto const result = apply_delivery(
            source_,
            {{},
             one.webhook,
             one.body_hash,
             one.event ? before.delivery_of(one.event->reporter) : std::nullopt,
             !before.empty(),
             from_reconciler},
            0,
            route_,
            settings,
            start + 1h,
            [this] { return ++incidents_; }
        );
        if (one.event && result.decision.applied) applied_[one.event->event].add(one.event->reporter, {});
        outcome_ = result.decision.outcome;
        if (result.decision.outcome != outcome::duplicate) ++effects_;
        // Metric alerts cannot be read from Sentry.
        bool const can_be_read = one.webhook.resource != sentry::resource::metric_alert;
        in_doubt_ = (in_doubt_ && !from_reconciler) || (result.decision.in_doubt && can_be_read);
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

    void resolve_by_person(timestamp at) {
        auto& state = source_.current()->is.state;
        state = **apply_action(person_action::resolve, state, at);
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
    std::string outcome() const { return std::string(to_string(outcome_)); }

private:
    routing route_ = [] {
        routing route;
        route.result = routing::kind::mapped;
        route.open_on_error = true;
        return route;
    }();
    source_state source_;
    std::map<crypto::sha256_digest, event_reports> applied_;
    incidents::outcome outcome_ = outcome::ignored;
    std::int64_t incidents_ = 0;
    std::size_t effects_ = 0;
    bool in_doubt_ = false;
};

}  // namespace tocsin::incidents::test
