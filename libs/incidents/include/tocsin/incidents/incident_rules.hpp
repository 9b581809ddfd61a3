#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <algorithm>
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

/// What is remembered of what was applied to a source so far. Times are of Sentry's clock but where it says
/// otherwise.
struct source_facts {
    bool had_lifecycle = false;                   ///< an issue.* action other than created
    bool was_created = false;                     ///< issue.created
    std::optional<timestamp> last_event_at = {};  ///< of the newest event
    std::optional<timestamp> last_state_at = {};  ///< of the newest state of the issue: when it was last seen
    std::int64_t events = 0;                      ///< that came for the newest incident
    std::optional<timestamp> unsettled_at = {};   ///< our clock: a lifecycle action came out of turn

    /// The newest of both.
    std::optional<timestamp> last_at() const noexcept { return std::max(last_event_at, last_state_at); }
    friend bool operator==(source_facts const&, source_facts const&) = default;
};

/// The source of a delivery, seen from this delivery.
struct source_memory {
    bool same_body = false;      ///< as the last one applied
    bool event_applied = false;  ///< this event under this rule has had its effect
    /// It is what Sentry said when it was asked: nothing stays in doubt after it.
    bool is_read_back = false;
    source_facts facts = {};
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
    bool applied = false;      ///< remembered by the source: an equal body is a duplicate from now on
    bool lifecycle = false;    ///< remembered too
    bool out_of_turn = false;  ///< and this
    std::optional<std::int64_t> events = {};  ///< and how many have come for the incident, where that changes
    bool in_doubt = false;                    ///< only Sentry knows what holds: the issue is to be read
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

/// What a source remembers after a delivery that was applied.
source_facts remembered(
    source_facts before, sentry::webhook const& hook, decision const& made, timestamp now
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
