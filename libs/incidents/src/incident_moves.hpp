#pragma once

#include <tocsin/incidents/incident_rules.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::incidents {

/// What a webhook says of its issue, whichever resource it came with.
struct facts {
    std::string title, culprit, url, short_id, environment, release, level, assignee;
    std::int64_t count = 1;
    bool one_more = false;                        ///< this is one further event, whatever `count` says
    bool is_state = false;                        ///< of the issue itself, not of one of its events
    bool is_creation = false;                     ///< of the issue, which its first event made
    std::optional<timestamp> at;                  ///< of the event itself, by Sentry's clock
    std::optional<incidents::severity> severity;  ///< that a metric alert names by its action
    std::string source;                           ///< for the title where there is none
    bool of_all_environments = false;             ///< metric alerts name none
};

facts facts_of(sentry::issue const& issue, std::string_view action);
facts facts_of(sentry::event const& event);
/// A metric alert's action is its level: `open` counts as error.
facts facts_of(sentry::metric_alert const& alert, std::string_view action);

/// Kept in the log, and nothing else.
decision stored(outcome o, std::string rule);

/// One decision in the making: what is known, and the moves that the rules are made of.
class story {
public:
    story(
        routing const& where,
        source_memory const& memory,
        std::optional<known_incident> const& known,
        rule_settings const& settings,
        timestamp now,
        facts about
    )
        : where_(where),
          is_read_back_(memory.is_read_back),
          memory_(memory.facts),
          known_(known),
          settings_(settings),
          now_(now),
          about_(std::move(about)) {}

    bool is_open() const { return known_ && known_->state.status != status::resolved; }
    bool is_resolved() const { return known_ && known_->state.status == status::resolved; }

    /// A new incident, or nothing where routing and filters say no.
    decision open(std::string why) const;

    /// Where the issue was closed before anything of it was known here, the event may be from before that: it
    /// opens, since a page too many is better than one too few, and Sentry is asked.
    decision open_by_event(std::string why) const;

    /// The known, open incident takes what the webhook says.
    decision attach(entry_kind kind, std::string text, std::string why) const;

    /// A resolved incident fires again.
    decision regress(std::string what) const;

    /// The same by an event: the webhook that tells of the regression itself is to come, or was lost.
    decision regress_by_event(std::string what) const;

    /// Whoever cares for what is resolved is worth knowing, too.
    decision assign() const;

    decision resolve(resolution how, std::string text) const;

    /// The event is older than the resolution, by Sentry's clock and ours.
    decision too_old() const;

    /// The timeline of the known incident tells it, and nothing else changes.
    decision note(entry_kind kind, std::string text, std::string why) const;

    /// Event times are compared with event times; where none is known, our clock has to do.
    bool is_newer_than_resolution() const;
    /// A person resolved it here and not in Sentry, which when it is asked still says so: that is no
    /// regression.
    bool was_left_behind() const;
    /// Sentry tries thrice, five minutes apart: so late may the other half of a change be.
    bool is_unsettled() const;
    facts const& about() const { return about_; }
    std::optional<known_incident> const& known() const { return known_; }
    routing const& where() const { return where_; }

private:
    std::optional<decision> refused_by_routing() const;

    std::int64_t further_events() const noexcept;

    /// Of what came and what Sentry itself counted the larger stands, in whatever order they are told.
    void count(decision& d) const;

    void take_all_facts(incident_state& into) const;

    /// Which of two moments' facts stand.
    enum class precedence { old, equal, newer };
    static precedence compare(std::optional<timestamp> one, std::optional<timestamp> to) noexcept;

    /// Of a moment at the same time as one that was told before the issue's own word stands, and of two alike
    /// the greater text: whichever came first.
    precedence among_all() const noexcept;

    static void take(precedence is, std::string& to, std::string const& from);

    /// The newest moment's facts stand, in whatever order they arrive; of environment and release, which an
    /// issue does not name, the newest event's. Who is assigned carries no time: the last to arrive stands.
    void take_facts(incident_state& into) const;

    /// issue.* name no environment: the incident's own stands for it.
    std::string const& environment() const;

    /// Automation raises, never lowers, and leaves alone what a person set.
    void raise_severity(decision& d) const;

    routing const& where_;
    bool is_read_back_;
    source_facts const& memory_;
    std::optional<known_incident> const& known_;
    rule_settings const& settings_;
    timestamp now_;
    facts about_;
};

}  // namespace tocsin::incidents
