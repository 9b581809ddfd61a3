#pragma once

#include "gateway/webhook_key_cache.hpp"

#include <tocsin/http/server.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace tocsin::gateway {

struct webhook_settings {
    std::string sentry_host;  ///< of the app that the keys belong to
    /// Of the public integration. Without one it is empty, and no signature is valid.
    std::vector<sentry::signing_key> keys;
    std::size_t max_body = 0;  ///< bytes
};

/// POST /webhooks/sentry for the public integration, and POST /webhooks/sentry/{integration_id} for the
/// others, whose keys `keys` finds. Steps: raw body, signature, decoding, one durable transaction, 200. An
/// unknown integration gets the same response as a wrong signature, after the same work. `keys`,
/// `ingest`, and `metrics` outlive the routes.
std::vector<http::route> webhook_routes(
    webhook_settings settings, webhook_key_cache& keys, incidents::ingest& ingest, observe::metrics& metrics
);

}  // namespace tocsin::gateway
