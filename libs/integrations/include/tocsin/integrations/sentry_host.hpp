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

/// An integration belongs to the Sentry that it was made with. Where the deployment talks to another one now,
/// its tokens are sent nowhere, neither for a call nor for a renewal, and nothing that the other one says
/// ends it: the conflict, with the remedy. Nothing where it is the same Sentry.
std::optional<error> of_another_sentry(integration const& of, config::base_url const& now);

struct integrations_of_host {
    std::string sentry_host;
    std::int64_t count = 0;
};

/// Integrations that were made with another Sentry and have not ended, by host. For the role tocsin_operator
/// or tocsin_scheduler.
async::task<std::vector<integrations_of_host>> integrations_elsewhere(
    db::pool& pool, config::base_url const& now
);

/// For a Sentry whose address has changed: everything that was made with `from` is of `to` from here on, with
/// a note in each organization's audit log. Answers how many integrations; conflict where one installation or
/// Sentry organization is known at both addresses. For the role tocsin_operator.
async::task<result<std::int64_t>> move_integrations(
    db::pool& pool, config::base_url const& from, config::base_url const& to
);

}  // namespace tocsin::integrations
