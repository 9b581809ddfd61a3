#pragma once

#include "gateway/webhooks.hpp"

#include <tocsin/db/pool.hpp>
#include <tocsin/http/server.hpp>

#include <vector>

namespace tocsin::gateway {

/// What Sentry's form for an alert rule asks of the public integration, signed with Sentry-App-Signature:
/// GET /sentry/services fills its list of services, POST /sentry/alert-action judges the settings when the
/// rule is saved, and Sentry shows the `message` of a refusal to whoever saves it. `pool` has the role
/// tocsin_ingest and outlives the routes.
std::vector<http::route> sentry_component_routes(webhook_settings const& settings, db::pool& pool);

}  // namespace tocsin::gateway
