#include "refresh/refresh_store.hpp"
#include "refresh/retry_until_stored.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/integrations/sentry_host.hpp>
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

/// One renewal under way: the lease, and what was opened and learned for it.
struct refresher::try_of {
    explicit try_of(leased_credential of) : lease(std::move(of)), in_doubt(lease.in_doubt) {}

    leased_credential lease;
    secret access_token;
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    bool in_doubt;  ///< Sentry may have replaced the stored tokens
};

namespace {

/// The lease ends by itself, and the next round tries again.
void log_cut_off(std::exception_ptr const& why) {
    try {
        std::rethrow_exception(why);
    } catch (std::exception const& e) {
        observe::log_warn("refresh cut off", {{"why", e.what()}});
    }
}

sentry::call_failure ours(std::string detail) {
    return {
        .kind = sentry::failure_kind::transient,
        .http_status = 0,
        .detail = std::move(detail),
        .in_doubt = false,
        .retry_after = {}
    };
}

std::string_view outcome_of(sentry::call_failure const& why) {
    return why.kind == sentry::failure_kind::gone ? "refused" : to_string(why.kind);
}

}  // namespace

refresher::refresher(
    db::pool& pool,
    sentry::client& sentry,
    integrations::applications applications,
    crypto::vault const& vault,
    refresh_settings settings,
    clock const& time,
    observe::metrics& metrics
)
    : pool_(pool),
      sentry_(sentry),
      applications_(std::move(applications)),
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
    metrics.declare_gauge(
        "tocsin_credential_refresh_paused",
        "1 while renewing is paused because it fails for every integration, which condemns none."
    );
}

void refresher::note_pause(host_tally const& of) {
    bool const paused = everybody_fails(of);
    metrics_.set("tocsin_credential_refresh_paused", paused ? 1 : 0);
    if (paused && !pause_)
        observe::log_error("refreshing paused", {{"failed", of.failed}, {"tried", of.tried}});
    if (!paused && pause_) observe::log_info("refreshing resumed", {});
    pause_ = paused ? std::optional(
                          "renewing is paused: it failed for " + std::to_string(of.failed) + " of " +
                          std::to_string(of.tried) +
                          " integrations and worked for none in ten minutes. Check the network, this "
                          "machine's clock and "
                          "the client id and secret."
                      )
                    : std::nullopt;
}

async::task<std::size_t> refresher::renew_due() {
    struct round {
        host_tally tally;
        std::vector<leased_credential> due;
    };
    auto const now = co_await pool_.transact(
        db::no_tenant,
        [owner = owner_, settings = settings_, modes = applications_.offered(), host = sentry_.base().str()](
            db::transaction& tx
        ) {
            auto const tally = tally_of(tx, host, integration_id{});
            int const limit = everybody_fails(tally) ? 1 : settings.batch;
            return round{tally, claim_due(tx, owner, settings.lease, limit, modes, host)};
        }
    );
    note_pause(now.tally);
    // All at once: one after another, the last lease would be over before its call began.
    async::task_group calls(co_await boost::asio::this_coro::executor);
    calls.on_error([](std::exception_ptr why) { log_cut_off(why); });
    for (auto const& one : now.due) calls.spawn(renew_one_of_many(std::make_shared<try_of>(one)));
    co_await calls.wait_all(settings_.lease);
    co_return now.due.size();
}

async::task<> refresher::renew_one_of_many(std::shared_ptr<try_of> one) {
    co_await renew(db::no_tenant, std::move(one));
}

/// Nothing where another renewal holds the lease, or where the rejected tokens are stored no more.
async::task<result<std::optional<leased_credential>>> refresher::claim(
    organization_id org, integration_id id, refresh_trigger trigger, std::optional<timestamp> rejected
) {
    return pool_.transact(
        org,
        [=, owner = owner_, length = settings_.lease, modes = applications_, here = sentry()](
            db::transaction& tx
        ) -> result<std::optional<leased_credential>> {
            auto const of = find_integration(tx, org, id);
            if (!of) return of.error();
            if (auto const elsewhere = of_another_sentry(*of, here)) return *elsewhere;
            if (!modes.offers(of->mode)) return not_configured(of->mode);
            return claim_one(tx, org, id, owner, length, to_string(trigger), rejected);
        }
    );
}

async::task<result<std::optional<sentry::call_failure>>> refresher::renew_now(
    db::tenant by, integration_id id
) {
    auto const lease = co_await claim(by.organization.value(), id, refresh_trigger::person);
    if (!lease) co_return lease.error();
    if (!*lease) co_return error{errc::conflict, "The access is being renewed right now."};
    co_return co_await renew(std::move(by), std::make_shared<try_of>(**lease));
}

async::task<> refresher::renew_for_use(
    organization_id org, integration_id id, std::optional<timestamp> since
) {
    constexpr std::chrono::milliseconds look_again{200};
    auto const until = std::chrono::steady_clock::now() + settings_.lease;
    auto const lease = co_await claim(org, id, refresh_trigger::use, since);
    if (!lease) co_return;
    if (*lease) {
        co_await renew(db::tenant{org}, std::make_shared<try_of>(**lease));
        co_return;
    }
    while (std::chrono::steady_clock::now() < until) {
        bool const leased =
            co_await pool_.transact(org, [org, id](db::transaction& tx) { return is_leased(tx, org, id); });
        if (!leased) co_return;
        co_await async::sleep_for(look_again);
    }
}

/// Whether Sentry takes the stored access token.
async::task<sentry::call_result<void>> refresher::probe(try_of const& one) {
    if (one.lease.mode == mode::public_ && one.lease.installation) {
        auto const found = co_await sentry_.find_installation(*one.lease.installation, one.access_token);
        if (!found) co_return found.error();
    } else {
        auto const found = co_await sentry_.find_organization(one.lease.sentry_org_slug, one.access_token);
        if (!found) co_return found.error();
    }
    co_return sentry::call_result<void>{};
}

/// The jwt-bearer grant, which needs no refresh token; where Sentry does not offer it, the refresh token.
async::task<sentry::call_result<sentry::token_set>> refresher::ask_for_installation(try_of& one) {
    auto const& lease = one.lease;
    if (!lease.installation) co_return ours("the integration has no installation");
    auto renewed = co_await sentry_.renew_by_jwt(*applications_.app, *lease.installation);
    bool const time_left =
        std::chrono::steady_clock::now() - one.began + settings_.call_timeout < settings_.lease;
    if (renewed || !lacks_jwt_grant(renewed.error()) || !lease.refresh_token_sealed || !time_left)
        co_return renewed;
    auto refresh_token =
        open_refresh_token(vault_, lease.organization, lease.integration, *lease.refresh_token_sealed);
    if (!refresh_token) co_return ours(refresh_token.error().detail);
    co_return co_await sentry_.renew_by_refresh_token(
        *applications_.app, *lease.installation, std::move(*refresh_token)
    );
}

async::task<sentry::call_result<sentry::token_set>> refresher::ask_sentry(try_of& one) {
    auto const& lease = one.lease;
    auto opened = open_access_token(vault_, lease.organization, lease.integration, lease.access_token_sealed);
    if (!opened) co_return ours(opened.error().detail);
    one.access_token = std::move(*opened);

    if (lease.mode == mode::internal) {
        // Its token does not expire: renewing it is asking whether Sentry still takes it.
        auto const taken = co_await probe(one);
        if (!taken) co_return taken.error();
        co_return sentry::token_set{one.access_token, std::nullopt, std::nullopt, lease.scopes, {}};
    }
    if (lease.in_doubt && !lease.expired) {
        // Nobody knows how an earlier renewal ended. A token that still works proves that it had no effect.
        one.in_doubt = !co_await probe(one);
        if (std::chrono::steady_clock::now() - one.began + settings_.call_timeout > settings_.lease)
            co_return ours("Sentry is too slow to renew within the lease");
    }
    if (lease.mode == mode::public_) co_return co_await ask_for_installation(one);
    if (!lease.refresh_token_sealed) co_return ours("Sentry gave no refresh token");
    auto refresh_token =
        open_refresh_token(vault_, lease.organization, lease.integration, *lease.refresh_token_sealed);
    if (!refresh_token) co_return ours(refresh_token.error().detail);
    auto renewed = co_await sentry_.refresh_oauth(*applications_.oauth, std::move(*refresh_token));
    if (!renewed && one.in_doubt && renewed.error().oauth_error == "invalid_grant") {
        auto why = renewed.error();
        why.detail = "invalid_grant: Sentry replaced the tokens in an earlier renewal whose answer was lost";
        co_return why;
    }
    co_return renewed;
}

/// The old pair is dead at Sentry, so the new one is stored as long as the lease lasts, even if the database
/// is away for a moment.
async::task<bool> refresher::store(
    db::tenant within, std::shared_ptr<try_of> one, sentry::token_set const& tokens
) {
    auto const& lease = one->lease;
    auto const fresh =
        seal(vault_, lease.organization, lease.integration, tokens, settings_.policy, time_.now());
    return insist(
        pool_,
        std::move(within),
        one->began + settings_.lease,
        [one, fresh, scopes = tokens.scopes](db::transaction& tx) {
            return store_renewed(tx, one->lease, fresh, scopes);
        }
    );
}

async::task<std::optional<sentry::call_failure>> refresher::renew(
    db::tenant within, std::shared_ptr<try_of> one
) {
    auto const& lease = one->lease;
    auto const tokens = co_await ask_sentry(*one);
    metrics_.observe(
        "tocsin_credential_refresh_duration_seconds",
        std::chrono::duration<double>(std::chrono::steady_clock::now() - one->began).count()
    );

    bool stored = false;
    std::string_view outcome = "refreshed";
    if (tokens) {
        stored = co_await store(within, one, *tokens);
        // Disconnected meanwhile: what nobody keeps is taken back, as far as Sentry lets us.
        if (!stored && lease.mode == mode::oauth)
            (void)co_await sentry_.revoke_oauth(*applications_.oauth, tokens->access_token);
    } else {
        auto const& why = tokens.error();
        outcome = outcome_of(why);
        bool const doubtful = one->in_doubt || why.in_doubt;
        observe::log_warn(
            "refresh failed",
            {{"organization", lease.organization.str()},
             {"integration", lease.integration.str()},
             {"outcome", outcome},
             {"status", why.http_status},
             {"detail", why.detail}}
        );
        stored = co_await pool_.transact(
            within,
            [one, why, doubtful, outcome, policy = settings_.policy, draw = crypto::random_u64()](
                db::transaction& tx
            ) {
                auto const& of = one->lease;
                auto tally = tally_of(tx, of.sentry_host, of.integration);
                ++tally.tried;
                ++tally.failed;
                refresh_history const history{
                    .failed_attempts = of.failed_attempts,
                    .expired = of.expired,
                    .spaced = of.was_due,
                    .everybody_fails = everybody_fails(tally)
                };
                auto const verdict = judge_failure(policy, of.mode, why, history, draw);
                return store_failed(
                    tx, of, {std::string(outcome), why.http_status, why.detail, doubtful, verdict}
                );
            }
        );
    }
    if (!stored) outcome = "superseded";
    metrics_.count("tocsin_credential_refresh_total", {{"mode", to_string(lease.mode)}, {"result", outcome}});
    co_return tokens ? std::nullopt : std::optional(tokens.error());
}

async::task<> refresher::finish_installations() {
    auto const untold = co_await pool_.transact(
        db::no_tenant,
        [limit = settings_.batch, host = sentry().str()](db::transaction& tx) {
            return untold_installations(tx, host, limit);
        }
    );
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
