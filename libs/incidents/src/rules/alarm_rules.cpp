#include "rules/alarm_rules.hpp"

namespace tocsin::incidents {

std::string_view to_string(alarm_cause c) noexcept {
    return name_of(alarm_cause_names, c);
}
std::string_view to_string(alarm_end e) noexcept {
    return name_of(alarm_end_names, e);
}

alarm_basis alarm_basis_of(incident_state const& state) {
    return {state.status, state.severity, state.service};
}

alarm_change alarm_change_of(std::optional<alarm_basis> const& before, incident_state const& after) {
    bool const was_resolved = !before || before->status == status::resolved;
    if (after.status == status::resolved)
        return was_resolved ? alarm_change{} : alarm_change{.end = alarm_end::resolved};
    if (after.is_test) return {};
    if (was_resolved) return {.begin = before ? alarm_cause::reopened : alarm_cause::opened};
    if (after.status == status::acknowledged && before->status == status::open)
        return {.end = alarm_end::acknowledged};
    if (before->service != after.service) {
        alarm_change moved{.end = alarm_end::moved};
        if (after.status == status::open) moved.begin = alarm_cause::moved;
        return moved;
    }
    if (after.status == status::open && before->status == status::acknowledged)
        return {.begin = alarm_cause::unacknowledged};
    if (after.severity <= before->severity) return {};
    alarm_change raised{.begin = alarm_cause::raised};
    if (after.status == status::acknowledged) raised.lifted_from = before->severity;
    return raised;
}

}  // namespace tocsin::incidents
