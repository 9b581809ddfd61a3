#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::integrations {

/// A conflict, with the remedy, if an integration was connected to another Sentry than `configured`. Its
/// tokens must not be sent to the configured one, and answers of the configured one must not end it.
std::optional<error> sentry_host_mismatch(
    std::string const& connected_to, config::base_url const& configured
);

struct integrations_of_host {
    std::string sentry_host;
    std::int64_t count = 0;
};

/// Counts the integrations that were connected to other Sentry hosts and have not ended. For the roles
/// tocsin_operator and tocsin_scheduler.
async::task<std::vector<integrations_of_host>> count_integrations_of_other_hosts(
    db::pool& pool, config::base_url const& configured
);

/// For a Sentry whose address has changed: moves everything from `from` to `to`, with an entry in the audit
/// log of each organization. Returns the number of integrations. Conflict if an installation or a Sentry
/// organization exists at both addresses. For the role tocsin_operator.
async::task<result<std::int64_t>> move_integrations(
    db::pool& pool, config::base_url const& from, config::base_url const& to
);

}  // namespace tocsin::integrations
