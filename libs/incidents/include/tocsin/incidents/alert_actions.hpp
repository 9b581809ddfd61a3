#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// A service that an alert rule in Sentry may name.
struct target_service {
    std::string slug;
    std::string name;
};

/// The services of the organization that an installation belongs to, by name; nothing where it belongs to
/// nobody or was disconnected. The pool's role is tocsin_ingest: the installation alone says whose it is.
async::task<std::optional<std::vector<target_service>>> find_target_services(
    db::pool& pool, std::string sentry_host, uuid installation
);

/// What is wrong with the settings of an alert rule's action, in a sentence for whoever edits the rule in
/// Sentry; nothing where they are right. Pure.
std::optional<std::string> check_action_settings(
    sentry::action_settings const& settings, std::vector<target_service> const& services
);

}  // namespace tocsin::incidents
