#pragma once

#include "rules/source_report.hpp"

#include <tocsin/incidents/incident_rules.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tocsin::incidents {

/// A decision that only appears in the delivery log.
decision log_only(outcome result, std::string rule);

/// Makes the decision about one delivery: what is known, and the steps that the rules consist of.
class decision_builder {
public:
    decision_builder(
        routing const& route,
        delivery_context const& context,
        std::optional<known_incident> const& known,
        rule_settings const& settings,
        timestamp now,
        source_report report
    )
        : route_(route),

          history_(context.history),
          context_(context),
          known_(known),
          settings_(settings),
          now_(now),
          report_(std::move(report)) {}

    bool is_open() const { return known_ && known_->state.status != status::resolved; }
    bool is_resolved() const { return known_ && known_->state.status == status::resolved; }

    /// Opens a new incident, unless routing or filters forbid it.
    /// `words` is for the timeline: what opened it.
    decision open(std::string why, std::string words) const;
    decision open(std::string const& why) const { return open(why, why); }

    /// The same because of an event. If the issue was closed before this deployment knew it, the event may be
    /// older than that. It opens an incident anyway (one page too many is better than one too few), and the
    /// issue is read from Sentry.
    decision open_by_event(std::string why) const;

    /// Updates the open incident.
    decision attach(entry_kind kind, std::string text, std::string why) const;

    /// Reopens the resolved incident, or opens a new one after the reopen window.
    decision regress(std::string event) const;

    /// The same because of an event: the webhook about the regression itself is still to come, or was lost.
    decision regress_by_event(std::string event) const;

    /// Records assignments on resolved incidents as well. If a member has the address of the assignee and the
    /// incident has no assignee, that is the member, unless a person chose otherwise.
    decision assign() const;

    decision resolve(resolution kind, std::string text) const;

    /// What happened is older than the resolution, by Sentry's clock and ours.
    decision too_old(std::string const& what = "the event") const;

    /// Adds an entry to the timeline of the known incident and changes nothing else.
    decision note(entry_kind kind, std::string text, std::string why) const;

    /// Compares event times with event times; where none is known, with our clock. Where a person resolved
    /// the incident here, Sentry may report events late that this person already knew: only a newer event
    /// counts.
    bool is_newer_than_resolution() const;
    /// Another webhook reported the same event.
    bool is_event_known() const { return context_.event_reported; }
    /// A person resolved the incident here but not in Sentry: an issue that is still unresolved when it is
    /// read from there is no regression.
    bool is_resolved_only_here() const;
    /// A person resolved the incident here at this time or later.
    bool was_resolved_by_person_since(std::optional<timestamp> at) const;
    /// A lifecycle action came out of order a short time ago, so that its counterpart may still come: Sentry
    /// tries three times, five minutes apart.
    bool is_unsettled() const;
    std::optional<known_incident> const& known() const { return known_; }
    routing const& route() const { return route_; }
    source_history const& history() const { return history_; }

private:
    std::optional<decision> blocked_by_routing() const;
    /// The filter decides by the environment of the newest event, which must be read from Sentry.
    bool needs_environment() const;
    std::int64_t new_events() const noexcept;
    void count_events(decision& d) const;

    static precedence compare(std::optional<timestamp> one, std::optional<timestamp> other) noexcept;
    /// Among reports of the same time, the state of the issue counts more than an event.
    precedence report_precedence() const noexcept;
    void merge(incident_state& state) const;
    /// To the issue, where no webhook names its page.
    void set_link(incident_state& state) const;

    /// Of the report, else (issue.* names none) of the incident.
    std::string const& environment() const;

    /// Deliveries raise the severity and never lower it.
    void raise_severity(decision& d) const;

    routing const& route_;

    source_history const& history_;
    delivery_context const& context_;
    std::optional<known_incident> const& known_;
    rule_settings const& settings_;
    timestamp now_;
    source_report report_;
};

}  // namespace tocsin::incidents
