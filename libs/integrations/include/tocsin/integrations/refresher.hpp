#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/applications.hpp>
#include <tocsin/integrations/refresh_rules.hpp>
#include <tocsin/integrations/settings.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace tocsin::integrations {

/// Refreshes credentials. Claims a lease with a fence in a short transaction, together with the attempt row;
/// calls Sentry outside of any transaction; and writes the outcome in one transaction, only if the fence
/// still holds. Any number of processes may do this at the same time.
class refresher {
public:
    refresher(
        db::pool& pool,
        sentry::client& sentry,
        integrations::applications applications,
        crypto::vault const& vault,
        refresh_settings settings,
        clock const& time,
        observe::metrics& metrics
    );
    ~refresher();

    /// The Sentry that is called. Integrations of another one are skipped.
    config::base_url const& sentry() const noexcept;

    /// One round over the credentials that are due, across organizations. For the scheduler's pool. Returns
    /// the number of attempts. While the Sentry host fails for all integrations, a round tries one
    /// credential.
    async::task<std::size_t> refresh_due();
    /// Why the last round paused refreshing, in a sentence, if it did.
    std::optional<std::string> const& pause() const noexcept;
    /// Refreshes one credential now and returns Sentry's failure, if any. For a pool that sees one
    /// organization. Conflict if a refresh is in progress or there is no credential; mode_not_configured. The
    /// audit log names the actor of `tenant`.
    async::task<result<std::optional<sentry::call_failure>>> refresh_now(
        db::tenant tenant, integration_id id
    );
    /// For a caller whose token, stored at `stored_at`, was rejected by Sentry: refreshes it or waits for the
    /// refresh in progress (at most as long as its lease). Does nothing if the token has been replaced. The
    /// caller then reads the stored token again.
    async::task<> refresh_for_use(organization_id org, integration_id id, std::optional<timestamp> stored_at);
    /// Confirms installations to Sentry again if an earlier attempt failed.
    async::task<> confirm_installations();

    static void declare(observe::metrics& metrics);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::integrations
