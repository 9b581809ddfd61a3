#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/refresh_rules.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

enum class refresh_trigger { schedule, person, use };
std::string_view to_string(refresh_trigger t) noexcept;

struct refresh_settings {
    refresh_policy policy;
    std::chrono::milliseconds lease{45'000};  ///< outlives the call to Sentry
    int batch = 16;                           ///< credentials claimed, and calls to Sentry at once, per round
};

/// Renews credentials: a lease with a fence is claimed in a short transaction together with the attempt row,
/// Sentry is called outside of any, and the outcome is written in one transaction only if the fence still
/// holds. Safe in any number of copies.
class refresher {
public:
    refresher(
        db::pool& pool,
        sentry::client& sentry,
        std::optional<sentry::public_app> app,
        crypto::vault const& vault,
        refresh_settings settings,
        clock const& time,
        observe::metrics& metrics
    );

    /// One round over what is due, across organizations: for the scheduler's pool. Answers how many attempts
    /// were made.
    async::task<std::size_t> renew_due();
    /// Renews one now, for a pool that sees one organization: conflict where another renewal is under way or
    /// there is no credential.
    async::task<result<void>> renew_now(organization_id org, integration_id id);
    /// For a caller whose token Sentry rejected: renews, or waits for the renewal that is under way (at most
    /// as long as its lease). Afterwards the stored credential is as good as it gets.
    async::task<> renew_for_use(organization_id org, integration_id id);
    /// Tells Sentry again where telling that an installation is complete failed.
    async::task<> finish_installations();

    static void declare(observe::metrics& metrics);

private:
    struct claimed;
    async::task<result<bool>> claim_and_renew(
        organization_id org, integration_id id, refresh_trigger trigger
    );
    async::task<> renew(db::tenant within, claimed one);

    db::pool& pool_;
    sentry::client& sentry_;
    std::optional<sentry::public_app> app_;
    crypto::vault const& vault_;
    refresh_settings settings_;
    clock const& time_;
    observe::metrics& metrics_;
    uuid owner_;
};

}  // namespace tocsin::integrations
