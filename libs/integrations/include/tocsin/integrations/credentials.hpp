#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/refresh_rules.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace tocsin::integrations {

/// A credential sealed for its row: what a transaction stores.
struct sealed_credential {
    byte_string access_token;
    std::optional<byte_string> refresh_token;
    std::optional<std::chrono::milliseconds> life;         ///< from now; nothing: it does not expire
    std::optional<std::chrono::milliseconds> renew_after;  ///< from now
};

/// Seals tokens for the row of an integration, where alone they open, and says when they are to be renewed.
/// `now` is of the clock by which Sentry's expiry is understood.
sealed_credential seal(
    crypto::vault const& vault,
    organization_id org,
    integration_id id,
    sentry::token_set const& tokens,
    refresh_policy const& policy,
    timestamp now
);
result<secret> open_access_token(
    crypto::vault const& vault, organization_id org, integration_id id, byte_view sealed
);
result<secret> open_refresh_token(
    crypto::vault const& vault, organization_id org, integration_id id, byte_view sealed
);

/// The same tokens under the ring's first key: access token and, where there is one, refresh token.
result<std::pair<byte_string, std::optional<byte_string>>> rewrap(
    crypto::vault const& vault,
    organization_id org,
    integration_id id,
    byte_view access,
    std::optional<byte_string> const& refresh
);

/// Stores the credential of an integration in place of any other.
void put_credential(
    db::transaction& tx, organization_id org, integration_id id, sealed_credential const& credential
);
struct stored_token {
    byte_string sealed;
    std::optional<timestamp> since;  ///< when these tokens were stored: others have another time
};
/// The access token, for calls; conflict where the integration has none now, or where it is pending: a token
/// whose organization nobody has confirmed is used for nothing else.
result<stored_token> stored_access_token(db::transaction& tx, organization_id org, integration_id id);

}  // namespace tocsin::integrations
