#pragma once

#include <tocsin/integrations/types.hpp>

namespace tocsin::integrations {

/// The status of an integration and the reason for it.
struct status_with_reason {
    integrations::status status = status::pending;
    integrations::reason reason = reason::awaiting_install;
    friend bool operator==(status_with_reason const&, status_with_reason const&) = default;
};

/// Uninstalled in Sentry or disconnected by an admin: webhooks have no effect. In SQL, the generated column
/// tocsin.integrations.ended.
bool has_ended(status_with_reason current) noexcept;

/// What makes an integration change its status.
enum class transition_cause {
    connect,      ///< a person connected or reconnected it, and Sentry confirmed
    refresh,      ///< the outcome of a refresh
    uninstall,    ///< Sentry reports that the installation is gone
    admin,        ///< Disconnect
    maintenance,  ///< a choice was not made in time
};

/// The state machine of integrations. Only a connect brings back an integration that has ended; a refresh
/// that was in progress at that time does not, nor does a refresh change a pending integration. Pure.
bool is_allowed_transition(status_with_reason from, status_with_reason to, transition_cause cause) noexcept;

}  // namespace tocsin::integrations
