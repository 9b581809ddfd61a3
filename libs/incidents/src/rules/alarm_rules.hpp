#pragma once

#include <tocsin/incidents/types.hpp>

#include <optional>

namespace tocsin::incidents {

/// Why an alarm begins.
enum class alarm_cause { opened, reopened, raised, moved, unacknowledged };
inline constexpr enum_names<alarm_cause, 5> alarm_cause_names{{
    {alarm_cause::opened, "opened"},
    {alarm_cause::reopened, "reopened"},
    {alarm_cause::raised, "raised"},
    {alarm_cause::moved, "moved"},
    {alarm_cause::unacknowledged, "unacknowledged"},
}};
std::string_view to_string(alarm_cause c) noexcept;

/// How a change of the incident ends its alarm.
enum class alarm_end { acknowledged, resolved, moved };
inline constexpr enum_names<alarm_end, 3> alarm_end_names{{
    {alarm_end::acknowledged, "acknowledged"},
    {alarm_end::resolved, "resolved"},
    {alarm_end::moved, "moved"},
}};
std::string_view to_string(alarm_end e) noexcept;

/// What alarms depend on in an incident.
struct alarm_basis {
    incidents::status status = status::open;
    incidents::severity severity = severity::error;
    service_id service = {};
};
alarm_basis alarm_basis_of(incident_state const& state);

/// What a change of an incident does to its alarm.
struct alarm_change {
    std::optional<alarm_end> end = {};
    std::optional<alarm_cause> begin = {};  ///< after the end; a running alarm begins again
    /// Of an acknowledged incident: its severity before. The alarm begins only if the urgency rises from low
    /// to high.
    std::optional<severity> lifted_from = {};

    friend bool operator==(alarm_change const&, alarm_change const&) = default;
};

/// `before`: nothing for a new incident.
alarm_change alarm_change_of(std::optional<alarm_basis> const& before, incident_state const& after);

}  // namespace tocsin::incidents
