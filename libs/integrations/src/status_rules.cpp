#include <tocsin/integrations/status_rules.hpp>

namespace tocsin::integrations {

bool has_ended(status_with_reason of) noexcept {
    return of.status == status::disconnected &&
           (of.reason == reason::disconnected_by_admin || of.reason == reason::uninstalled);
}

namespace {

bool by_renewal(status_with_reason from, status_with_reason to) noexcept {
    if (from.status == status::pending || has_ended(from)) return false;
    switch (to.status) {
        case status::connected:
            return to.reason == reason::ok;
        case status::degraded:
            // What was proven to have failed does not get better by failing again.
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

bool by_connect(status_with_reason from, status_with_reason to) noexcept {
    if (to.status == status::connected) return to.reason == reason::ok;
    bool const waits_for_a_person =
        to.status == status::pending &&
        (to.reason == reason::choose_organization || to.reason == reason::confirm_organization);
    // A connection that works is not given up for a question.
    return waits_for_a_person && (from.status == status::pending || from.status == status::disconnected);
}

}  // namespace

bool may_move(status_with_reason from, status_with_reason to, mover by) noexcept {
    if (from == to) return false;
    switch (by) {
        case mover::connect:
            return by_connect(from, to);
        case mover::renewal:
            return by_renewal(from, to);
        case mover::uninstall:
            return to == status_with_reason{status::disconnected, reason::uninstalled} &&
                   from.reason != reason::disconnected_by_admin;
        case mover::admin:
            return to == status_with_reason{status::disconnected, reason::disconnected_by_admin} &&
                   !has_ended(from);
        case mover::upkeep:
            return from.status == status::pending &&
                   to == status_with_reason{status::pending, reason::awaiting_install};
    }
    return false;
}

}  // namespace tocsin::integrations
