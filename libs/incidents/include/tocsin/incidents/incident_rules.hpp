#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// The rules that turn a delivery into a change of an incident, and those of what people may do. Pure:
/// everything they depend on is an argument.

struct rule_settings {
    std::chrono::milliseconds reopen_window{7 * 24 * 3'600'000LL};
    std::int64_t critical_event_count = 100;  ///< `auto`: error becomes critical from here
};

/// What was applied last to the source of a delivery.
struct source_memory {
    bool same_body = false;      ///< as the last one applied
    bool event_applied = false;  ///< this event under this rule has had its effect
    bool had_lifecycle = false;  ///< an issue.* action other than created was applied
    /// Of the newest event or issue state applied so far, by Sentry's clock.
    std::optional<timestamp> last_event_at = {};
};

/// Where a delivery leads: the mapping of its project, with an alert action's settings on top.
struct routing {
    enum class kind { mapped, unmapped, inactive, unknown_service } result = kind::unmapped;
    service_id service;
    std::string severity = "auto";
    std::vector<std::string> environments;  ///< empty = all
    std::optional<std::string> min_level;
    bool keep_on_archive = false;
    bool open_on_error = false;  ///< a bare error may open an incident
    bool attach_only = false;    ///< the action's `open` is false
    std::string notes;           ///< the action's, for the timeline
    std::string explained;       ///< which mapping or action it was, for the rule text
};

/// The newest incident of the source.
struct known_incident {
    std::int64_t number = 0;
    incident_state state;
};

enum class change {
    none,    ///< the delivery is stored, nothing else
    note,    ///< timeline of the known incident only
    update,  ///< the known incident gets `state`
    open,    ///< a new incident with `state`, linked to the known one where there is one
};

struct decision {
    incidents::outcome outcome = outcome::ignored;
    std::string rule;  ///< why, in a sentence that an admin reads in the delivery log
    incidents::change change = change::none;
    incident_state state = {};
    std::vector<timeline_item> timeline = {};
    bool applied = false;    ///< remembered by the source: an equal body is a duplicate from now on
    bool lifecycle = false;  ///< remembered too
};

/// What a signed, decoded webhook about an issue or a metric alert does.
decision decide(
    sentry::webhook const& hook,
    routing const& where,
    source_memory const& memory,
    std::optional<known_incident> const& known,
    rule_settings const& settings,
    timestamp now
);

/// `auto` severity of a level and a number of events.
severity automatic_severity(
    std::string_view level, std::int64_t count, rule_settings const& settings
) noexcept;

/// Unacknowledge takes an acknowledgement back: it was a mistake, or nobody is on it after all.
enum class person_action { acknowledge, unacknowledge, resolve, reopen };
std::string_view to_string(person_action a) noexcept;

/// The state after a person's action: nothing where it holds already, illegal_transition where it is
/// impossible.
result<std::optional<incident_state>> apply(
    person_action action, incident_state const& before, timestamp now
);

}  // namespace tocsin::incidents
