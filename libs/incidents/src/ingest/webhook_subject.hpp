#pragma once

#include <tocsin/crypto/digest.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <optional>

namespace tocsin::incidents {

/// Nothing if the webhook has no source, or its header and body disagree.
std::optional<source> source_of(sentry::webhook const& webhook);
/// Equal for two deliveries of the same event under the same alert rule (by its id, else its label).
std::optional<crypto::sha256_digest> event_hash_of(sentry::webhook const& webhook);
/// Of a metric alert with several projects, the first one.
sentry::project_ref project_of(sentry::webhook const& webhook);

}  // namespace tocsin::incidents
