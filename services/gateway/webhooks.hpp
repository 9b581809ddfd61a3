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
    std::string sentry_host;  ///< of the app whose keys these are
    std::vector<sentry::signing_key>
        keys;  ///< empty where this deployment has no public integration: nothing verifies then
    std::size_t max_body = 5u << 20;
};

/// Finds what signs the webhooks of an integration with a URL of its own.
using find_webhook_keys =
    std::function<async::task<std::optional<integrations::webhook_keys>>(integration_id id)>;

/// POST /webhooks/sentry: raw body -> signature -> decode -> one durable transaction -> 200. `ingest` and
/// `metrics` outlive the route.
/// And POST /webhooks/sentry/{integration_id}, where the integration's own key is looked up by `keys_of`
/// first; an unknown integration costs and says the same as a wrong signature.
std::vector<http::route> webhook_routes(
    webhook_settings settings, find_webhook_keys keys_of, incidents::ingest& ingest, observe::metrics& metrics
);

}  // namespace tocsin::gateway
