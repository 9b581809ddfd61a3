#pragma once

#include <tocsin/http/server.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace tocsin::gateway {

struct webhook_settings {
    std::string sentry_host;  ///< of the app whose keys these are
    std::vector<sentry::signing_key>
        keys;  ///< empty where this deployment has no public integration: nothing verifies then
    std::size_t max_body = 5u << 20;
};

/// POST /webhooks/sentry: raw body -> signature -> decode -> one durable transaction -> 200. `ingest` and
/// `metrics` outlive the route.
http::route webhook_route(webhook_settings settings, incidents::ingest& ingest, observe::metrics& metrics);

}  // namespace tocsin::gateway
