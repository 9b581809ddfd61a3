#pragma once

#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/refresh_rules.hpp>
#include <tocsin/integrations/types.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::integrations {

/// A credential under our lease, as it was stored when the lease began. Its outcome is written only while the
/// fence is the stored one.
struct leased_credential {
    organization_id organization;
    integration_id integration;
    integrations::mode mode = mode::public_;
    std::string sentry_host;
    std::string sentry_org_id;
    std::optional<uuid> installation;
    byte_string access_token_sealed;
    std::optional<byte_string> refresh_token_sealed;
    std::vector<std::string> scopes;
    std::int64_t fence = 0;
    int failed_attempts = 0;
    bool expired = false;
    bool was_due = false;
    bool in_doubt = false;  ///< the result of an earlier refresh is unknown
    uuid attempt;
};

struct lease_request {
    uuid owner;
    std::chrono::milliseconds length;
};

/// Claims the credentials of these modes that are due and free, at most `limit`, the longest overdue first,
/// and adds an attempt for each.
std::vector<leased_credential> claim_due_credentials(
    db::transaction& tx,
    lease_request const& lease,
    int limit,
    std::vector<std::string> const& modes,
    std::string const& sentry_host
);
/// Claims one credential, due or not. None if another lease is valid, if the tokens that were stored at
/// `rejected` have been replaced, or if they were stored a short time ago because others had been rejected.
/// Conflict if there is no credential.
result<std::optional<leased_credential>> claim_credential(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    lease_request const& lease,
    refresh_trigger trigger,
    std::optional<timestamp> rejected
);

/// Whether a lease is valid.
bool is_leased(db::transaction& tx, organization_id org, integration_id id);

/// Stores new tokens and finishes the attempt. False if the fence has changed; then only the attempt is
/// finished.
bool store_refreshed(
    db::transaction& tx,
    leased_credential const& lease,
    sealed_credential const& fresh,
    std::vector<std::string> const& scopes
);

struct failed_refresh {
    refresh_outcome outcome = refresh_outcome::transient;
    int http_status = 0;
    std::string detail;
    bool in_doubt = false;  ///< Sentry may have replaced the tokens nevertheless
    refresh_verdict verdict;
};
/// Stores a failure and finishes the attempt. False as in `store_refreshed`.
bool store_failed(db::transaction& tx, leased_credential const& lease, failed_refresh const& failure);

/// Counts the attempts of the last `host_window`. Failures are not counted after one success is found,
/// because that decides. The scheduler's role sees all organizations.
host_tally tally_of(db::transaction& tx, std::string const& sentry_host);
/// The same for the other integrations, since this one began to fail. The gateway's role sees only the
/// current organization, so that a failure is more likely to count.
host_tally tally_of_streak(db::transaction& tx, leased_credential const& lease);

/// A connected installation that Sentry does not know to be complete.
struct unconfirmed_installation {
    organization_id organization;
    integration_id integration;
    uuid installation;
    byte_string access_token_sealed;
};
std::vector<unconfirmed_installation> unconfirmed_installations(
    db::transaction& tx, std::string const& sentry_host, int limit
);
void store_install_confirmed(db::transaction& tx, organization_id org, integration_id id);

}  // namespace tocsin::integrations
