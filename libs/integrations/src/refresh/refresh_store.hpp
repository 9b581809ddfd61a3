#pragma once

#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/refresh_rules.hpp>
#include <tocsin/integrations/types.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

/// A credential under our lease: only who names this fence may write its outcome.
struct leased_credential {
    organization_id organization;
    integration_id integration;
    integrations::mode mode;
    std::string sentry_host;
    std::string sentry_org_slug;
    std::optional<uuid> installation;
    /// As stored now, read again with the lease.
    byte_string access_token_sealed;
    std::optional<byte_string> refresh_token_sealed;
    std::vector<std::string> scopes;
    std::int64_t fence = 0;
    int failed_attempts = 0;
    bool expired = false;
    bool was_due = false;
    bool in_doubt = false;  ///< an earlier renewal ended in a way that nobody knows
    uuid attempt;
};

/// Claims what is due and free of these modes, at most `limit`, and writes an attempt for each.
std::vector<leased_credential> claim_due(
    db::transaction& tx,
    uuid const& owner,
    std::chrono::milliseconds lease,
    int limit,
    std::vector<std::string> const& modes,
    std::string const& sentry_host
);
/// Claims one, due or not. Nothing where another lease is alive, or where the tokens of the time `rejected`
/// are stored no more; conflict where there is no credential.
result<std::optional<leased_credential>> claim_one(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    uuid const& owner,
    std::chrono::milliseconds lease,
    std::string_view trigger,
    std::optional<timestamp> rejected
);

/// Whether somebody's lease is alive.
bool is_leased(db::transaction& tx, organization_id org, integration_id id);

/// Writes new tokens and ends the attempt. False where the fence is not ours any more: nothing was written
/// but the attempt's end.
bool store_renewed(
    db::transaction& tx,
    leased_credential const& lease,
    sealed_credential const& fresh,
    std::vector<std::string> const& scopes
);

struct failed_renewal {
    std::string outcome;  ///< of the attempt: refused, transient, rate_limited
    int http_status = 0;
    std::string detail;
    bool in_doubt = false;  ///< Sentry may have renewed all the same
    refresh_verdict verdict;
};
bool store_failed(db::transaction& tx, leased_credential const& lease, failed_renewal const& what);

/// What the attempts of the last `host_window` came to, this integration's own excepted; where one succeeded,
/// which is the answer, the others are not counted. Sees all
/// organizations for the scheduler's role; for the gateway's only the current one's, which errs towards
/// counting.
host_tally tally_of(db::transaction& tx, std::string const& sentry_host, integration_id except);

struct untold_installation {
    organization_id organization;
    integration_id integration;
    uuid installation;
    byte_string access_token_sealed;
};
std::vector<untold_installation> untold_installations(
    db::transaction& tx, std::string const& sentry_host, int limit
);
void store_told_installed(db::transaction& tx, organization_id org, integration_id id);

}  // namespace tocsin::integrations
