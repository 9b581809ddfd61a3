#pragma once

#include "faults.hpp"
#include "metric_monitors.hpp"
#include "model.hpp"
#include "responses.hpp"
#include "webhooks.hpp"

#include <tocsin/async/task.hpp>

#include <string>
#include <utility>
#include <vector>

namespace tocsin::sandbox {

/// What all routes share. Single-threaded; no pointer into `state` may live across a co_await.
struct sandbox_context {
    sandbox_context(async::executor executor, clock const& time, application main_application)
        : state(time, std::move(main_application)), webhooks(std::move(executor), state) {}

    sentry_state state;
    metric_monitors monitors;
    fault_list faults;
    webhook_sender webhooks;
    std::string base_url;  ///< without a trailing slash; set once the port is known
};

/// Sends `installation.deleted` once, waits for the response as Sentry does, and removes the installation.
/// errc::unavailable if the response made it fail; the installation then still exists.
async::task<result<std::vector<webhook_attempt>>> uninstall_installation(
    sandbox_context& context, uuid id, payloads::actor actor
);

/// The organizations that the user can access, according to the setting `user_organizations`.
std::vector<organization*> organizations_of_user(sentry_state& state);

}  // namespace tocsin::sandbox
