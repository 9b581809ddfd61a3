#include "refresh/refresh_store.hpp"
#include "refresh/retry_until_stored.hpp"
#include "refresh/token_source.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/integrations/sentry_host.hpp>
#include <tocsin/observe/log.hpp>

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <vector>

namespace tocsin::integrations {

namespace {

/// The lease expires, and the next round tries again.
void log_interrupted(std::exception_ptr const& why) {
    try {
        std::rethrow_exception(why);
    } catch (std::exception const& e) {
        observe::log_warn("refresh interrupted", {{"why", e.what()}});
    }
}

refresh_outcome outcome_of(sentry::call_failure const& why) {
    switch (why.kind) {
        case sentry::failure_kind::refused:
        case sentry::failure_kind::gone:
            return refresh_outcome::refused;
        case sentry::failure_kind::rate_limited:
            return refresh_outcome::rate_limited;
        case sentry::failure_kind::transient:
            break;
    }
    return refresh_outcome::transient;
}

std::string describe_pause(host_tally const& tally) {
    return "refreshing is paused: it failed for " + std::to_string(tally.failed) + " of " +
           std::to_string(tally.tried) +
           " integrations and succeeded for none in ten minutes. Check the network, this machine's clock, and the client ID and secret.";
}

}  // namespace

struct refresher::impl {
    db::pool& pool;
    sentry::client& sentry;
    applications registered;
    crypto::vault const& vault;
    refresh_settings settings;
    clock const& time;
    observe::metrics& metrics;
    uuid owner = crypto::uuid_v4();
    std::optional<std::string> pause = {};
    token_source source{sentry, registered, vault, settings};

    lease_request lease() const { return {owner, settings.lease}; }
    void update_pause(host_tally const& tally);

    async::task<result<std::optional<leased_credential>>> claim(
        organization_id org, integration_id id, refresh_trigger trigger, std::optional<timestamp> rejected
    );
    async::task<std::optional<sentry::call_failure>> refresh(
        db::tenant tenant, std::shared_ptr<refresh_attempt> attempt
    );
    async::task<> refresh_in_round(std::shared_ptr<refresh_attempt> attempt);
    async::task<bool> store_tokens(
        db::tenant tenant, std::shared_ptr<refresh_attempt> attempt, sentry::token_set const& tokens
    );
    async::task<bool> store_failure(
        db::tenant tenant, std::shared_ptr<refresh_attempt> attempt, sentry::call_failure const& why
    );
};

refresher::refresher(
    db::pool& pool,
    sentry::client& sentry,
    integrations::applications applications,
    crypto::vault const& vault,
    refresh_settings settings,
    clock const& time,
    observe::metrics& metrics
)
    : impl_(new impl{pool, sentry, std::move(applications), vault, settings, time, metrics}) {}

refresher::~refresher() = default;

config::base_url const& refresher::sentry() const noexcept {
    return impl_->sentry.base();
}

std::optional<std::string> const& refresher::pause() const noexcept {
    return impl_->pause;
}

void refresher::declare(observe::metrics& metrics) {
    metrics.declare_counter(
        "tocsin_credential_refresh_total", "Attempts to refresh a credential, by mode and result."
    );
    metrics.declare_histogram(
        "tocsin_credential_refresh_duration_seconds",
        "How long Sentry took to refresh a credential.",
        {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25}
    );
    metrics.declare_gauge(
        "tocsin_credential_refresh_paused",
        "1 while refreshing is paused because it fails for every integration; such failures do not count."
    );
}

void refresher::impl::update_pause(host_tally const& tally) {
    bool const failing = host_is_failing(tally);
    metrics.set("tocsin_credential_refresh_paused", failing ? 1 : 0);
    if (failing && !pause)
        observe::log_error("refreshing paused", {{"failed", tally.failed}, {"tried", tally.tried}});
    if (!failing && pause) observe::log_info("refreshing resumed", {});
    pause = failing ? std::optional(describe_pause(tally)) : std::nullopt;
}

async::task<std::size_t> refresher::refresh_due() {
    struct round {
        host_tally tally;
        std::vector<leased_credential> due;
    };
    auto const now = co_await impl_->pool.transact(
        db::no_tenant,
        [lease = impl_->lease(),
         batch = impl_->settings.batch,
         modes = impl_->registered.offered_modes(),
         host = sentry().str()](db::transaction& tx) {
            auto const tally = tally_of(tx, host);
            int const limit = host_is_failing(tally) ? 1 : batch;
            return round{tally, claim_due_credentials(tx, lease, limit, modes, host)};
        }
    );
    impl_->update_pause(now.tally);
    // Concurrently: in sequence, the last lease would expire before its call begins.
    async::task_group calls(co_await boost::asio::this_coro::executor);
    calls.on_error([](std::exception_ptr why) { log_interrupted(why); });
    for (auto const& lease : now.due)
        calls.spawn(impl_->refresh_in_round(std::make_shared<refresh_attempt>(lease)));
    co_await calls.wait_all(impl_->settings.lease);
    co_return now.due.size();
}

async::task<> refresher::impl::refresh_in_round(std::shared_ptr<refresh_attempt> attempt) {
    co_await refresh(db::no_tenant, std::move(attempt));
}

/// None if another refresh holds the lease or the rejected tokens have been replaced.
async::task<result<std::optional<leased_credential>>> refresher::impl::claim(
    organization_id org, integration_id id, refresh_trigger trigger, std::optional<timestamp> rejected
) {
    return pool.transact(
        org,
        [org, id, trigger, rejected, lease = lease(), registered = registered, host = sentry.base()](
            db::transaction& tx
        ) -> result<std::optional<leased_credential>> {
            auto const integration = find_integration(tx, org, id);
            if (!integration) return integration.error();
            if (auto const mismatch = sentry_host_mismatch(integration->sentry_host, host)) return *mismatch;
            if (!registered.offers(integration->mode)) return not_configured(integration->mode);
            return claim_credential(tx, org, id, lease, trigger, rejected);
        }
    );
}

async::task<result<std::optional<sentry::call_failure>>> refresher::refresh_now(
    db::tenant tenant, integration_id id
) {
    auto const lease =
        co_await impl_->claim(tenant.organization.value(), id, refresh_trigger::person, std::nullopt);
    if (!lease) co_return lease.error();
    if (!*lease) co_return error{errc::conflict, "The access is being refreshed right now."};
    co_return co_await impl_->refresh(std::move(tenant), std::make_shared<refresh_attempt>(**lease));
}

async::task<> refresher::refresh_for_use(
    organization_id org, integration_id id, std::optional<timestamp> stored_at
) {
    constexpr std::chrono::milliseconds poll{200};
    auto const deadline = std::chrono::steady_clock::now() + impl_->settings.lease;
    auto const lease = co_await impl_->claim(org, id, refresh_trigger::use, stored_at);
    if (!lease) co_return;
    if (*lease) {
        co_await impl_->refresh(db::tenant{org}, std::make_shared<refresh_attempt>(**lease));
        co_return;
    }
    while (std::chrono::steady_clock::now() < deadline) {
        bool const leased = co_await impl_->pool.transact(org, [org, id](db::transaction& tx) {
            return is_leased(tx, org, id);
        });
        if (!leased) co_return;
        co_await async::sleep_for(poll);
    }
}

/// Sentry no longer accepts the old tokens, so the new ones are stored as long as the lease lasts, even if
/// the database is unavailable for a moment.
async::task<bool> refresher::impl::store_tokens(
    db::tenant tenant, std::shared_ptr<refresh_attempt> attempt, sentry::token_set const& tokens
) {
    auto const& lease = attempt->lease;
    auto const fresh =
        seal(vault, lease.organization, lease.integration, tokens, settings.policy, time.now());
    bool const stored = co_await retry_until_stored(
        attempt->started + settings.lease,
        [this, tenant, attempt, fresh, scopes = tokens.scopes] {
            return pool.transact(tenant, [attempt, fresh, scopes](db::transaction& tx) {
                auto const& refreshed = attempt->lease;
                if (!store_refreshed(tx, refreshed, fresh, scopes)) return false;
                if (attempt->organization)
                    store_sentry_names(
                        tx, refreshed.organization, refreshed.integration, *attempt->organization
                    );
                return true;
            });
        }
    );
    // Disconnected in the meantime: revoke the new token if the mode allows it.
    if (!stored && lease.mode == mode::oauth)
        (void)co_await sentry
            .on_behalf_of({lease.organization, lease.integration, sentry::call_priority::background})
            .revoke_oauth(*registered.oauth, tokens.access_token);
    co_return stored;
}

async::task<bool> refresher::impl::store_failure(
    db::tenant tenant, std::shared_ptr<refresh_attempt> attempt, sentry::call_failure const& why
) {
    auto const& lease = attempt->lease;
    observe::log_warn(
        "refresh failed",
        {{"organization", lease.organization.str()},
         {"integration", lease.integration.str()},
         {"outcome", to_string(outcome_of(why))},
         {"status", why.http_status},
         {"detail", why.detail}}
    );
    return pool.transact(
        std::move(tenant),
        [attempt, why, policy = settings.policy, draw = crypto::random_u64()](db::transaction& tx) {
            auto const& credential = attempt->lease;
            auto tally = tally_of_streak(tx, credential);
            ++tally.tried;
            ++tally.failed;
            refresh_history const history{
                .failed_attempts = credential.failed_attempts,
                .expired = credential.expired,
                .was_due = credential.was_due,
                .host_failing = host_is_failing(tally),
                .without_comparison = tally.refreshed == 0 && tally.untried > 0
            };
            return store_failed(
                tx,
                credential,
                {.outcome = outcome_of(why),
                 .http_status = why.http_status,
                 .detail = why.detail,
                 .in_doubt = attempt->in_doubt || why.in_doubt,
                 .verdict = judge_failure(policy, credential.mode, why, history, draw)}
            );
        }
    );
}

async::task<std::optional<sentry::call_failure>> refresher::impl::refresh(
    db::tenant tenant, std::shared_ptr<refresh_attempt> attempt
) {
    auto const received = co_await source.request(*attempt);
    metrics.observe(
        "tocsin_credential_refresh_duration_seconds",
        std::chrono::duration<double>(std::chrono::steady_clock::now() - attempt->started).count()
    );
    bool const stored = received ? co_await store_tokens(std::move(tenant), attempt, *received)
                                 : co_await store_failure(std::move(tenant), attempt, received.error());
    auto outcome = received ? refresh_outcome::refreshed : outcome_of(received.error());
    if (!stored) outcome = refresh_outcome::superseded;
    metrics.count(
        "tocsin_credential_refresh_total",
        {{"mode", to_string(attempt->lease.mode)}, {"result", to_string(outcome)}}
    );
    co_return received ? std::nullopt : std::optional(received.error());
}

async::task<> refresher::confirm_installations() {
    auto const unconfirmed = co_await impl_->pool.transact(
        db::no_tenant,
        [batch = impl_->settings.batch, host = sentry().str()](db::transaction& tx) {
            return unconfirmed_installations(tx, host, batch);
        }
    );
    for (auto const& each : unconfirmed) {
        auto const token =
            open_access_token(impl_->vault, each.organization, each.integration, each.access_token_sealed);
        if (!token) continue;
        auto sentry = impl_->sentry.on_behalf_of(
            {each.organization, each.integration, sentry::call_priority::background}
        );
        if (!co_await sentry.mark_installed(each.installation, *token)) continue;
        co_await impl_->pool.transact(db::no_tenant, [each](db::transaction& tx) {
            store_install_confirmed(tx, each.organization, each.integration);
        });
    }
}

}  // namespace tocsin::integrations
