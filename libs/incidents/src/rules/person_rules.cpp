#include <tocsin/incidents/incident_rules.hpp>

namespace tocsin::incidents {

std::string_view to_string(person_action a) noexcept {
    switch (a) {
        case person_action::acknowledge:
            return "acknowledge";
        case person_action::unacknowledge:
            return "unacknowledge";
        case person_action::resolve:
            return "resolve";
        case person_action::reopen:
            break;
    }
    return "reopen";
}

result<std::optional<incident_state>> apply_action(
    person_action action, incident_state const& before, timestamp now
) {
    auto after = before;
    switch (action) {
        case person_action::acknowledge:
            if (before.status == status::acknowledged) return std::optional<incident_state>();
            if (before.status == status::resolved)
                return error{
                    errc::illegal_transition, "The incident is resolved. Reopen it before you acknowledge it."
                };
            after.status = status::acknowledged;
            after.acknowledged_at = now;
            return std::optional(after);
        case person_action::unacknowledge:
            if (before.status == status::open) return std::optional<incident_state>();
            if (before.status == status::resolved)
                return error{
                    errc::illegal_transition,
                    "The incident is resolved, so there is no acknowledgement to undo. Reopen it instead."
                };
            after.status = status::open;
            after.acknowledged_at.reset();
            return std::optional(after);
        case person_action::resolve:
            if (before.status == status::resolved) return std::optional<incident_state>();
            after.status = status::resolved;
            after.resolved_at = now;
            after.resolution = resolution::person;
            after.resolved_release.clear();
            return std::optional(after);
        case person_action::reopen:
            break;
    }
    if (before.status != status::resolved)
        return error{
            errc::illegal_transition,
            "The incident is " + std::string(to_string(before.status)) +
                ". Only a resolved incident can be reopened."
        };
    after.status = status::open;
    after.acknowledged_at.reset();
    after.resolved_at.reset();
    after.resolution.reset();
    after.reopened_count += 1;
    return std::optional(after);
}

}  // namespace tocsin::incidents
