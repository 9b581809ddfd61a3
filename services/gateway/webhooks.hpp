#pragma once

#include <tocsin/http/server.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/integrations/webhook_keys.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::gateway {

struct webhook_settings {
    std::string sentry_host;  ///< of the app that the keys belong to
    /// Of the public integration. Without one it is empty, and no signature is valid.
    std::vector<sentry::signing_key> keys;
    std::size_t max_body = 0;  ///< bytes
};

/// Finds the keys of an integration with its own webhook URL.
using find_webhook_keys =
    std::function<async::task<std::optional<integrations::webhook_keys>>(integration_id id)>;

/// POST /webhooks/sentry for the public integration, and POST /webhooks/sentry/{integration_id} for the
/// others, whose keys `keys_of` finds. Steps: raw body, signature, decoding, one durable transaction, 200. An
/// unknown integration gets the same response as a wrong signature, after the same work. `ingest` and
/// `metrics` outlive the routes.
std::vector<http::route> webhook_routes(
    webhook_settings settings, find_webhook_keys keys_of, incidents::ingest& ingest, observe::metrics& metrics
);

}  // namespace tocsin::gateway
