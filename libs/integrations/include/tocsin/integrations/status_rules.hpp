#pragma once

#include <tocsin/integrations/types.hpp>

namespace tocsin::integrations {

/// Status and reason of an integration.
struct status_with_reason {
    integrations::status status = status::pending;
    integrations::reason reason = reason::awaiting_install;
    friend bool operator==(status_with_reason const&, status_with_reason const&) = default;
};

/// Uninstalled in Sentry or disconnected by an admin: webhooks have no effect. In SQL, the generated column
/// tocsin.integrations.ended.
bool has_ended(status_with_reason of) noexcept;

/// Who or what moves an integration from one status to another.
enum class mover {
    connect,    ///< a person who connects or reconnects, confirmed by Sentry
    renewal,    ///< the outcome of a renewal
    uninstall,  ///< Sentry says that the installation is gone
    admin,      ///< Disconnect
    upkeep,     ///< a choice that nobody made in time
};

/// The state machine of integrations: whether `by` may move one from `from` to `to`. What an admin or an
/// uninstall ended only a person's connect brings back; a renewal that was under way meanwhile does not, and
/// neither does it touch what is still pending. Pure.
bool may_move(status_with_reason from, status_with_reason to, mover by) noexcept;

}  // namespace tocsin::integrations
