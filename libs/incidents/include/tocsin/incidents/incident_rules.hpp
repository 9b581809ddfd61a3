#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/incidents/settings.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::incidents {

// The rules: what a delivery does to an incident, and what people may do. Pure functions.

/// What was applied to a source so far. Times are by Sentry's clock unless stated otherwise.
struct source_history {
    bool had_lifecycle = false;                    ///< an issue.* action other than created
    bool was_created = false;                      ///< issue.created
    std::optional<timestamp> first_seen_at = {};   ///< `first_seen` of issue.created
    std::optional<timestamp> first_event_at = {};  ///< of the oldest event
    std::optional<timestamp> last_event_at = {};   ///< of the newest event
    std::optional<timestamp> last_state_at = {};   ///< `last_seen` of the newest state of the issue
    std::int64_t events = 0;                       ///< for the newest incident
    std::optional<timestamp> unsettled_at = {};    ///< our clock: when a lifecycle action came out of order
    // Of a metric alert, whose periods have rising numbers; 0: none.
    std::int64_t period_fired = 0;   ///< the newest one that fired
    std::int64_t period_closed = 0;  ///< the newest one that ended

    /// The later of the two times.
    std::optional<timestamp> last_at() const noexcept { return std::max(last_event_at, last_state_at); }
    /// Whether the event that created the issue was reported by an alert or as an error.
    bool has_first_event_of(std::optional<timestamp> first_seen) const noexcept;
    friend bool operator==(source_history const&, source_history const&) = default;
};

/// A delivery in relation to what was applied to its source before.
struct delivery_context {
    bool same_body = false;        ///< as the delivery that was applied last
    bool event_applied = false;    ///< an earlier delivery had the same event under the same rule
    bool event_reported = false;   ///< an earlier delivery had the same event, which counts once
    bool from_reconciler = false;  ///< the current state at Sentry, which leaves nothing in doubt
    source_history history = {};
    std::string assigned_member = {};  ///< e-mail address of the member whom issue.assigned names
    std::string issue_pages = {
    };  ///< the address of the organization's issues at Sentry, with a slash at the end
};

/// Where a delivery goes: the mapping of its project, overridden by the settings of an alert rule's action.
struct routing {
    enum class kind { mapped, unmapped, inactive, unknown_service } result = kind::unmapped;
    service_id service;
    std::string severity = "auto";
    std::vector<std::string> environments;  ///< empty: all
    std::optional<std::string> min_level;
    bool keep_on_archive = false;
    bool open_on_error = false;  ///< an error without an alert may open an incident
    bool attach_only = false;    ///< the action's `open` is false
    std::string notes;        ///< for the opening entry: the action's, and why it does not decide the service
    std::string description;  ///< of the mapping or the action, for the rule's text
    std::string requested_service = {};  ///< the action's, if it does not exist or is archived
};

/// The incident of a source to which a delivery applies.
struct known_incident {
    std::int64_t number = 0;
    incident_state state;
};

enum class change {
    none,
    note,    ///< entries in the timeline of the known incident, nothing else
    update,  ///< the known incident gets `state`
    open,    ///< a new incident with `state`, linked to the known one if there is one
};

/// What a delivery does.
struct decision {
    incidents::outcome outcome = outcome::ignored;
    std::string rule;  ///< why: a sentence for the delivery log
    incidents::change change = change::none;
    incident_state state = {};
    std::vector<timeline_item> timeline = {};
    // For the history of the source:
    bool applied = false;  ///< from now on, an equal body is a duplicate
    bool lifecycle = false;
    bool out_of_order = false;
    std::optional<std::int64_t> events = {};  ///< the new count, if it changes
    bool in_doubt = false;                    ///< the issue must be read from Sentry
    bool needs_environment = false;           ///< the same, with its newest event, which may pass the filter
};

decision decide(
    sentry::webhook const& webhook,
    routing const& route,
    delivery_context const& context,
    std::optional<known_incident> const& known,
    rule_settings const& settings,
    timestamp now
);

/// Whether an event at this time is the one that created an issue which was first seen then.
bool is_first_event(std::optional<timestamp> at, std::optional<timestamp> first_seen) noexcept;

/// The history of a source after a delivery was applied to it.
source_history history_after(
    source_history before, sentry::webhook const& webhook, decision const& applied, timestamp now
);

/// The severity that `auto` stands for.
severity automatic_severity(
    std::string_view level, std::int64_t count, rule_settings const& settings
) noexcept;

enum class person_action { acknowledge, unacknowledge, resolve, reopen };
std::string_view to_string(person_action a) noexcept;

/// The state after a person's action: nothing if it already holds, illegal_transition if the action is
/// impossible.
result<std::optional<incident_state>> apply_action(
    person_action action, incident_state const& before, timestamp now
);

}  // namespace tocsin::incidents
