#pragma once

#include "gateway/webhooks.hpp"

#include <tocsin/db/pool.hpp>
#include <tocsin/http/server.hpp>

#include <vector>

namespace tocsin::gateway {

/// Sentry's form for an alert rule calls these, signed with Sentry-App-Signature: GET /sentry/services fills
/// the list of services, and POST /sentry/alert-action checks the settings when the rule is saved. They are
/// for the public integration; an integration with its own secret has the same under
/// /sentry/{integration_id}. Sentry shows the `message` of a refusal to the user. `pool` has the role
/// tocsin_ingest and outlives the routes.
std::vector<http::route> sentry_component_routes(
    webhook_settings const& settings, find_webhook_keys keys_of, db::pool& pool
);

}  // namespace tocsin::gateway
