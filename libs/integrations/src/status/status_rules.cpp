#include <tocsin/integrations/status_rules.hpp>

namespace tocsin::integrations {

bool has_ended(status_with_reason current) noexcept {
    return current.status == status::disconnected &&
           (current.reason == reason::disconnected_by_admin || current.reason == reason::uninstalled);
}

namespace {

bool is_allowed_refresh(status_with_reason from, status_with_reason to) noexcept {
    if (from.status == status::pending || has_ended(from)) return false;
    switch (to.status) {
        case status::connected:
            return to.reason == reason::ok;
        case status::degraded:
            // Another failure does not improve the status of a disconnected integration.
            return from.status != status::disconnected &&
                   (to.reason == reason::refresh_failing || to.reason == reason::client_misconfigured);
        case status::disconnected:
            return from.status != status::disconnected &&
                   (to.reason == reason::refused || to.reason == reason::expired ||
                    to.reason == reason::uninstalled);
        case status::pending:
            break;
    }
    return false;
}

bool is_allowed_connect(status_with_reason from, status_with_reason to) noexcept {
    if (to.status == status::connected) return to.reason == reason::ok;
    bool const needs_decision = to.status == status::pending && (to.reason == reason::choose_organization ||
                                                                 to.reason == reason::confirm_organization);
    // A working connection stays while a question is open.
    return needs_decision && (from.status == status::pending || from.status == status::disconnected);
}

}  // namespace

bool is_allowed_transition(status_with_reason from, status_with_reason to, transition_cause cause) noexcept {
    if (from == to) return false;
    switch (cause) {
        case transition_cause::connect:
            return is_allowed_connect(from, to);
        case transition_cause::refresh:
            return is_allowed_refresh(from, to);
        case transition_cause::uninstall:
            return to == status_with_reason{status::disconnected, reason::uninstalled} &&
                   from.reason != reason::disconnected_by_admin;
        case transition_cause::admin:
            return to == status_with_reason{status::disconnected, reason::disconnected_by_admin} &&
                   !has_ended(from);
        case transition_cause::maintenance:
            return from.status == status::pending &&
                   to == status_with_reason{status::pending, reason::awaiting_install};
    }
    return false;
}

}  // namespace tocsin::integrations
