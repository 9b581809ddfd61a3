#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <optional>
#include <vector>

namespace tocsin::integrations {

/// The keys that sign webhooks at an integration's own URL.
struct webhook_keys {
    organization_id organization;
    std::vector<sentry::signing_key>
        keys;  ///< the current key, and the previous one for a day after a change
};

/// The keys of an integration. None if it is unknown, has none, or was disconnected. Keys that the vault
/// cannot open are logged and skipped. For the role tocsin_ingest, because the URL does not name the
/// organization.
async::task<std::optional<webhook_keys>> find_webhook_keys(
    db::pool& pool, crypto::vault const& vault, integration_id id
);

/// The integrations that have keys, of all organizations. For the role tocsin_ingest.
async::task<std::vector<integration_id>> list_integrations_with_webhook_keys(db::pool& pool);

byte_string seal_webhook_secret(
    crypto::vault const& vault, organization_id org, integration_id id, secret const& plain
);
result<secret> open_webhook_secret(
    crypto::vault const& vault, organization_id org, integration_id id, byte_view sealed
);
result<byte_string> rewrap_webhook_secret(
    crypto::vault const& vault, organization_id org, integration_id id, byte_view sealed
);
/// Stores a secret and keeps the previous one for a day.
void put_webhook_secret(
    db::transaction& tx, organization_id org, integration_id id, byte_string const& sealed
);
void delete_webhook_secret(db::transaction& tx, organization_id org, integration_id id);

}  // namespace tocsin::integrations
