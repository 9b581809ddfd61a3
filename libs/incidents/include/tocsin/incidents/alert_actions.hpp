#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// A service that an alert rule in Sentry can choose.
struct target_service {
    service_id id;
    std::string slug;
    std::string name;
    std::vector<std::string> former_slugs = {};  ///< that no other service has
};

/// The services of the organization that connected the installation, by name; nothing if none did or the
/// integration has ended. `pool` has the role tocsin_ingest, since the organization is unknown until then.
async::task<std::optional<std::vector<target_service>>> find_target_services(
    db::pool& pool, std::string sentry_host, uuid installation
);

/// The same for an integration that has a client secret and addresses of its own.
async::task<std::optional<std::vector<target_service>>> find_target_services(
    db::pool& pool, organization_id org, integration_id id
);

/// Why the settings of an alert rule's action are not valid, in a sentence for the person who edits the rule
/// in Sentry; nothing if they are valid. Pure.
std::optional<std::string> check_action_settings(
    sentry::action_settings const& settings, std::vector<target_service> const& services
);

}  // namespace tocsin::incidents
