#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/applications.hpp>
#include <tocsin/integrations/refresh_rules.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

struct leased_credential;

enum class refresh_trigger { schedule, person, use };
std::string_view to_string(refresh_trigger t) noexcept;

struct refresh_settings {
    refresh_policy policy;
    std::chrono::milliseconds lease{45'000};  ///< outlives the call to Sentry
    std::chrono::milliseconds call_timeout{25'000
    };  ///< of one call; none is begun that could outlive the lease
    int batch = 16;  ///< credentials claimed, and calls to Sentry at once, per round
};

/// Renews credentials: a lease with a fence is claimed in a short transaction together with the attempt row,
/// Sentry is called outside of any, and the outcome is written in one transaction only if the fence still
/// holds. Safe in any number of copies.
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

    /// The Sentry that is asked; integrations of another one are left alone.
    config::base_url const& sentry() const noexcept { return sentry_.base(); }

    /// One round over what is due, across organizations: for the scheduler's pool. Answers how many attempts
    /// were made. While Sentry's host fails for everybody a round tries one credential only.
    async::task<std::size_t> renew_due();
    /// Why renewing is paused since the last round, in a sentence; nothing where it is not.
    std::optional<std::string> const& pause() const noexcept { return pause_; }
    /// Renews one now, for a pool that sees one organization, and tells why Sentry did not; nothing: it did.
    /// conflict where another renewal is under way or there is no credential; mode_not_configured. What it
    /// changes is noted as done by whom `by` names.
    async::task<result<std::optional<sentry::call_failure>>> renew_now(db::tenant by, integration_id id);
    /// For a caller whose token, stored at `since`, Sentry rejected: renews, or waits for the renewal that is
    /// under way (at most as long as its lease). Does nothing where other tokens have been stored since.
    /// Afterwards the stored credential is as good as it gets.
    async::task<> renew_for_use(organization_id org, integration_id id, std::optional<timestamp> since);
    /// Tells Sentry again where telling that an installation is complete failed.
    async::task<> finish_installations();

    static void declare(observe::metrics& metrics);

private:
    struct try_of;
    async::task<result<std::optional<leased_credential>>> claim(
        organization_id org,
        integration_id id,
        refresh_trigger trigger,
        std::optional<timestamp> rejected = std::nullopt
    );
    async::task<std::optional<sentry::call_failure>> renew(db::tenant within, std::shared_ptr<try_of> one);
    async::task<> renew_one_of_many(std::shared_ptr<try_of> one);
    async::task<sentry::call_result<sentry::token_set>> ask_sentry(try_of& one);
    async::task<sentry::call_result<sentry::token_set>> ask_for_installation(try_of& one);
    async::task<sentry::call_result<void>> probe(try_of const& one);
    async::task<bool> store(db::tenant within, std::shared_ptr<try_of> one, sentry::token_set const& tokens);
    void note_pause(host_tally const& of);

    db::pool& pool_;
    sentry::client& sentry_;
    integrations::applications applications_;
    crypto::vault const& vault_;
    refresh_settings settings_;
    clock const& time_;
    observe::metrics& metrics_;
    uuid owner_;
    std::optional<std::string> pause_;
};

}  // namespace tocsin::integrations
