#include <tocsin/integrations/status_rules.hpp>

namespace tocsin::integrations {

namespace {

bool was_ended(standing of) noexcept {
    return of.status == status::disconnected &&
           (of.reason == reason::disconnected_by_admin || of.reason == reason::uninstalled);
}

bool by_renewal(standing from, standing to) noexcept {
    if (from.status == status::pending || was_ended(from)) return false;
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

bool by_connect(standing from, standing to) noexcept {
    if (to.status == status::connected) return to.reason == reason::ok;
    bool const waits_for_a_person =
        to.status == status::pending &&
        (to.reason == reason::choose_organization || to.reason == reason::confirm_organization);
    // A connection that works is not given up for a question.
    return waits_for_a_person && (from.status == status::pending || from.status == status::disconnected);
}

}  // namespace

bool may_move(standing from, standing to, mover by) noexcept {
    if (from == to) return false;
    switch (by) {
        case mover::connect:
            return by_connect(from, to);
        case mover::renewal:
            return by_renewal(from, to);
        case mover::uninstall:
            return to == standing{status::disconnected, reason::uninstalled} &&
                   from.reason != reason::disconnected_by_admin;
        case mover::admin:
            return to == standing{status::disconnected, reason::disconnected_by_admin} && !was_ended(from);
        case mover::upkeep:
            return from.status == status::pending &&
                   to == standing{status::pending, reason::awaiting_install};
    }
    return false;
}

}  // namespace tocsin::integrations
