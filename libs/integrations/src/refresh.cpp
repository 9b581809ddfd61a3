#include "connect_store.hpp"
#include "refresh_store.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/refresh.hpp>
#include <tocsin/observe/log.hpp>

#include <boost/asio/this_coro.hpp>

#include <exception>

namespace tocsin::integrations {

std::string_view to_string(refresh_trigger t) noexcept {
    switch (t) {
        case refresh_trigger::schedule:
            return "schedule";
        case refresh_trigger::person:
            return "person";
        case refresh_trigger::use:
            break;
    }
    return "use";
}

struct refresher::claimed : leased_credential {};

namespace {

/// The lease ends by itself, and the next round tries again.
void log_cut_off(std::exception_ptr const& why) {
    try {
        std::rethrow_exception(why);
    } catch (std::exception const& e) {
        observe::log_warn("refresh cut off", {{"why", e.what()}});
    }
}

}  // namespace

refresher::refresher(
    db::pool& pool,
    sentry::client& sentry,
    std::optional<sentry::public_app> app,
    crypto::vault const& vault,
    refresh_settings settings,
    clock const& time,
    observe::metrics& metrics
)
    : pool_(pool),
      sentry_(sentry),
      app_(std::move(app)),
      vault_(vault),
      settings_(settings),
      time_(time),
      metrics_(metrics),
      owner_(crypto::uuid_v4()) {}

void refresher::declare(observe::metrics& metrics) {
    metrics.declare_counter(
        "tocsin_credential_refresh_total", "Attempts to renew a credential, by mode and result."
    );
    metrics.declare_histogram(
        "tocsin_credential_refresh_duration_seconds",
        "How long Sentry took to renew a credential.",
        {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25}
    );
}

async::task<std::size_t> refresher::renew_due() {
    if (!app_)
        co_return 0;  // without the deployment's own credentials nothing can be tried, and nobody is to blame
    auto const due =
        co_await pool_.transact(db::no_tenant, [owner = owner_, settings = settings_](db::transaction& tx) {
            return claim_due(tx, owner, settings.lease, settings.batch);
        });
    // All at once: one after another, the last lease would be over before its call began.
    async::task_group calls(co_await boost::asio::this_coro::executor);
    calls.on_error([](std::exception_ptr why) { log_cut_off(why); });
    for (auto const& one : due) calls.spawn(renew(db::no_tenant, claimed{one}));
    co_await calls.wait_all(settings_.lease);
    co_return due.size();
}

/// False where another renewal holds the lease.
async::task<result<bool>> refresher::claim_and_renew(
    organization_id org, integration_id id, refresh_trigger trigger
) {
    auto const lease =
        co_await pool_.transact(org, [=, owner = owner_, length = settings_.lease](db::transaction& tx) {
            return claim_one(tx, org, id, owner, length, to_string(trigger));
        });
    if (!lease) co_return lease.error();
    if (!*lease) co_return false;
    co_await renew(db::tenant{org}, claimed{**lease});
    co_return true;
}

async::task<result<void>> refresher::renew_now(organization_id org, integration_id id) {
    if (!app_)
        co_return error{
            errc::mode_not_configured,
            "This deployment has no public integration at Sentry to renew the access with."
        };
    auto const renewed = co_await claim_and_renew(org, id, refresh_trigger::person);
    if (!renewed) co_return renewed.error();
    if (!*renewed) co_return error{errc::conflict, "The access is being renewed right now."};
    co_return result<void>{};
}

async::task<> refresher::renew_for_use(organization_id org, integration_id id) {
    constexpr std::chrono::milliseconds look_again{200};
    if (!app_) co_return;
    auto const until = std::chrono::steady_clock::now() + settings_.lease;
    auto const renewed = co_await claim_and_renew(org, id, refresh_trigger::use);
    if (!renewed || *renewed) co_return;
    while (std::chrono::steady_clock::now() < until) {
        co_await async::sleep_for(look_again);
        bool const leased =
            co_await pool_.transact(org, [org, id](db::transaction& tx) { return is_leased(tx, org, id); });
        if (!leased) co_return;
    }
}

async::task<> refresher::renew(db::tenant within, claimed one) {
    leased_credential const lease = one;
    auto const started = std::chrono::steady_clock::now();
    auto const tokens = app_ && lease.installation
                            ? co_await sentry_.renew_by_jwt(*app_, *lease.installation)
                            : sentry::call_result<sentry::token_set>(sentry::call_failure{
                                  .kind = sentry::failure_kind::transient,
                                  .http_status = 0,
                                  .detail = "this deployment has no public integration configured",
                                  .in_doubt = false,
                                  .retry_after = {}
                              });
    metrics_.observe(
        "tocsin_credential_refresh_duration_seconds",
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count()
    );

    bool stored = false;
    std::string_view outcome = "refreshed";
    if (tokens) {
        auto const fresh =
            seal(vault_, lease.organization, lease.integration, *tokens, settings_.policy, time_.now());
        stored =
            co_await pool_.transact(within, [lease, fresh, scopes = tokens->scopes](db::transaction& tx) {
                return store_renewed(tx, lease, fresh, scopes);
            });
    } else {
        auto const& why = tokens.error();
        outcome = why.kind == sentry::failure_kind::gone ? "refused" : to_string(why.kind);
        auto const verdict = judge_failure(
            settings_.policy,
            why,
            {.failed_attempts = lease.failed_attempts, .expired = lease.expired, .spaced = lease.was_due},
            crypto::random_u64()
        );
        observe::log_warn(
            "refresh failed",
            {{"organization", lease.organization.str()},
             {"integration", lease.integration.str()},
             {"outcome", outcome},
             {"status", why.http_status},
             {"detail", why.detail},
             {"now", to_string(verdict.status)}}
        );
        failed_renewal const failed{std::string(outcome), why.http_status, why.detail, verdict};
        stored = co_await pool_.transact(within, [lease, failed](db::transaction& tx) {
            return store_failed(tx, lease, failed);
        });
    }
    if (!stored) outcome = "superseded";
    metrics_.count("tocsin_credential_refresh_total", {{"mode", to_string(lease.mode)}, {"result", outcome}});
}

async::task<> refresher::finish_installations() {
    auto const untold =
        co_await pool_.transact(db::no_tenant, [limit = settings_.batch](db::transaction& tx) {
            return untold_installations(tx, limit);
        });
    for (auto const& one : untold) {
        auto const token =
            open_access_token(vault_, one.organization, one.integration, one.access_token_sealed);
        if (!token || !co_await sentry_.mark_installed(one.installation, *token)) continue;
        co_await pool_.transact(db::no_tenant, [one](db::transaction& tx) {
            store_told_installed(tx, one.organization, one.integration);
        });
    }
}

}  // namespace tocsin::integrations
