#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/refresh_rules.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace tocsin::integrations {

/// A credential that is sealed for its row, ready to be stored.
struct sealed_credential {
    byte_string access_token;
    std::optional<byte_string> refresh_token;
    std::optional<std::chrono::milliseconds> life;        ///< from now; none: it does not expire
    std::optional<std::chrono::milliseconds> refresh_in;  ///< from now; none: it is not refreshed
};

/// Seals tokens for the row of an integration (they open for no other row) and schedules their refresh. `now`
/// is the time of the clock that Sentry's expiry was computed with.
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

/// The same tokens sealed under the first vault key: the access token and the refresh token, if any.
result<std::pair<byte_string, std::optional<byte_string>>> rewrap(
    crypto::vault const& vault,
    organization_id org,
    integration_id id,
    byte_view access,
    std::optional<byte_string> const& refresh
);

/// Stores the credential of an integration and replaces any other. Existing leases become invalid.
void put_credential(
    db::transaction& tx, organization_id org, integration_id id, sealed_credential const& credential
);
struct stored_token {
    byte_string sealed;
    std::optional<timestamp> stored_at;  ///< identifies the tokens: others are stored at another time
};
/// The access token, for calls. Conflict if the integration has none now or is pending: a token whose
/// organization is not confirmed must not be used.
result<stored_token> stored_access_token(db::transaction& tx, organization_id org, integration_id id);

/// What a call to Sentry as an integration needs.
struct stored_access {
    std::string organization;  ///< its id, which stays the same when the organization is renamed
    stored_token token;
};
/// In one statement. Fails like stored_access_token, and if the integration does not exist or was connected
/// to another Sentry than `configured`.
result<stored_access> find_stored_access(
    db::transaction& tx, organization_id org, integration_id id, config::base_url const& configured
);

}  // namespace tocsin::integrations
