#include "connect/connect_intent.hpp"
#include "refresh/refresh_store.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/connect.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>

/// The public integration: no state, so that the flow is bound by the browser's cookie and by the code.
namespace tocsin::integrations {

async::task<result<started_connect>> connect::start_public(
    organization_id org, identity::principal who, std::optional<secret> binding
) {
    return open(
        {.organization = org,
         .integration = integration_id{crypto::uuid_v4()},
         .who = std::move(who),
         .binding = std::move(binding),
         .mode = mode::public_,
         .wanted_org = {}}
    );
}

/// The newest open intent of each organization in this browser.
async::task<connect::consumed_all> connect::consume_of_browser(connect_callback const& callback) {
    if (callback.binding.empty()) co_return connect_refusal::wrong_browser;
    auto const binding = hash_of(callback.binding);
    auto const open = co_await pool_.transact(db::no_tenant, [binding](db::transaction& tx) {
        return find_intents(tx, binding);
    });
    std::vector<intent> used;
    std::optional<connect_refusal> refusal;
    for (auto const& one : open) {
        bool const superseded = std::any_of(used.begin(), used.end(), [&](intent const& earlier) {
            return earlier.organization == one.organization;
        });
        if (superseded) continue;
        auto consumed = co_await consume(one.organization, one.flow, callback);
        if (consumed)
            used.push_back(std::move(*consumed));
        else if (!refusal)
            refusal = consumed.error();
    }
    if (used.empty()) co_return refusal.value_or(connect_refusal::expired);
    co_return used;
}

async::task<finished_connect> connect::finish_public(connect_callback callback) {
    // A visit that brings nothing uses no intent up.
    if (!callback.error.empty()) co_return finished_connect{{}, {}, connect_refusal::denied};
    if (callback.code.empty() || !callback.installation)
        co_return finished_connect{{}, {}, connect_refusal::installation_without_code};
    auto const consumed = co_await consume_of_browser(callback);
    if (!consumed) co_return finished_connect{{}, {}, consumed.error()};
    auto const& newest = consumed->front();
    finished_connect end{newest.flow.organization_slug, newest.flow.integration, std::nullopt};
    end.refusal = registered_.app ? co_await exchange_installation(*consumed, callback, end)
                                  : std::optional(connect_refusal::not_configured);
    co_return end;
}

/// A code works once. Where Sentry's answer to its exchange was lost, the installation's tokens can be had by
/// the jwt-bearer grant, but only if a signed webhook has named this very code for it: an installation's UUID
/// alone proves nothing. The webhook and the browser set out together, so it may be a moment late.
async::task<sentry::call_result<sentry::token_set>> connect::redeem_code(uuid installation, secret code) {
    auto const hash = hash_of(code);
    auto tokens = co_await sentry_.exchange_code(*registered_.app, installation, std::move(code));
    if (tokens || !tokens.error().in_doubt) co_return tokens;
    constexpr std::chrono::milliseconds look_again{250};
    auto const until = std::chrono::steady_clock::now() + std::chrono::seconds(4);
    for (;;) {
        bool const proven = co_await pool_.transact(
            db::no_tenant,
            [host = sentry_.base().str(), installation, hash](db::transaction& tx) {
                return is_code_of(tx, host, installation, as_bytes(hash));
            }
        );
        if (proven) break;
        if (std::chrono::steady_clock::now() > until) co_return tokens;
        co_await async::sleep_for(look_again);
    }
    auto repaired = co_await sentry_.renew_by_jwt(*registered_.app, installation);
    co_return repaired ? std::move(repaired) : std::move(tokens);
}

async::task<std::optional<connect_refusal>> connect::exchange_installation(
    std::vector<intent> const& of, connect_callback const& callback, finished_connect& end
) {
    auto const installation = *callback.installation;
    auto const tokens = co_await redeem_code(installation, callback.code);
    if (!tokens) {
        observe::log_warn(
            "code exchange failed",
            {{"status", tokens.error().http_status}, {"detail", tokens.error().detail}}
        );
        co_return refusal_of(tokens.error());
    }
    auto const confirmed = co_await confirm_patiently(installation, tokens->access_token);
    if (!confirmed) co_return refusal_of(confirmed.error());

    // A reconnect that waits for exactly this Sentry organization leaves no question open.
    auto const expected = std::find_if(of.begin(), of.end(), [&](intent const& one) {
        return one.flow.purpose == intent_purpose::reconnect && one.flow.expected.id == confirmed->id;
    });
    if (of.size() == 1 || expected != of.end()) {
        auto const& one = expected != of.end() ? *expected : of.front();
        end.organization_slug = one.flow.organization_slug;
        end.integration = one.flow.integration;
        if (!one.flow.allow_other && confirmed->id != one.flow.expected.id) {
            end.expected_organization = one.flow.expected.name;
            end.found_organization = confirmed->name;
            co_return connect_refusal::other_organization;
        }
        auto const stored = co_await store_and_tell(
            one.flow.began_by(one.organization), one.flow.integration, installation, *confirmed, *tokens
        );
        if (!stored) co_return connect_refusal::already_claimed;
        co_return std::nullopt;
    }

    // Several organizations have asked in this browser and the redirect does not say for which one it is:
    // each waits for its admin's word, and the first one that is confirmed has it.
    for (auto const& one : of) {
        waiting_connection const waiting{
            .organization = one.organization,
            .integration = one.flow.integration,
            .reason = reason::confirm_organization,
            .installation = installation,
            .found = *confirmed,
            .choices = {},
            .scopes = tokens->scopes,
            .credential = seal_waiting(one.organization, one.flow.integration, *tokens)
        };
        bool const waits = co_await pool_.transact(one.organization, [waiting](db::transaction& tx) {
            return store_waiting(tx, waiting);
        });
        end.waits_for_person = end.waits_for_person || waits;
    }
    if (!end.waits_for_person) co_return connect_refusal::other_organization;
    co_return std::nullopt;
}

/// Sealed, but not to be renewed: nobody has said yet whose it is.
sealed_credential connect::seal_waiting(
    organization_id org, integration_id id, sentry::token_set const& tokens
) const {
    auto sealed = seal(vault_, org, id, tokens, policy_, time_.now());
    sealed.renew_after.reset();
    return sealed;
}

/// The code is spent: where Sentry stumbles now, giving up at once would cost the admin an uninstall. But a
/// person waits for the page.
async::task<sentry::call_result<sentry_organization>> connect::confirm_patiently(
    uuid installation, secret token
) {
    using std::chrono::milliseconds;
    auto const until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    auto confirmed = co_await confirm_organization(installation, token);
    for (auto const pause : {milliseconds(200), milliseconds(1'000)}) {
        if (confirmed || refusal_of(confirmed.error()) != connect_refusal::unavailable) break;
        if (std::chrono::steady_clock::now() > until) break;
        co_await async::sleep_for(pause);
        confirmed = co_await confirm_organization(installation, token);
    }
    co_return confirmed;
}

/// Which organization this is comes from Sentry, asked with the token; what a URL said is not looked at.
async::task<sentry::call_result<sentry_organization>> connect::confirm_organization(
    uuid installation, secret token
) {
    auto const found = co_await sentry_.find_installation(installation, token);
    if (!found) co_return found.error();
    if (found->id != installation || found->app_slug != registered_.app->slug)
        co_return sentry::call_failure{
            .kind = sentry::failure_kind::refused,
            .http_status = 200,
            .detail = "the installation is another one, or of another application",
            .in_doubt = false,
            .retry_after = {}
        };
    auto const& named = found->organization;
    auto const details = co_await sentry_.find_organization(named.slug, token);
    if (details)
        co_return sentry_organization{
            details->id, details->slug, details->name.empty() ? details->slug : details->name
        };
    // Without the scope to read it, the installation's own word is enough where it has the id.
    if (named.id.empty()) co_return details.error();
    co_return sentry_organization{named.id, named.slug, named.slug};
}

/// It is connected once it is stored: where telling Sentry fails now, the scheduler keeps telling.
async::task<result<void>> connect::store_and_tell(
    db::tenant by,
    integration_id id,
    uuid installation,
    sentry_organization const& confirmed,
    sentry::token_set const& tokens
) {
    auto const stored = co_await store(by, id, installation, confirmed, tokens);
    if (!stored) co_return stored.error();
    co_await tell_installed(by.organization.value(), id, installation, tokens.access_token);
    co_return result<void>{};
}

async::task<> connect::tell_installed(
    organization_id org, integration_id id, uuid installation, secret token
) {
    try {
        if (co_await sentry_.mark_installed(installation, token))
            co_await pool_.transact(org, [org, id](db::transaction& tx) {
                store_told_installed(tx, org, id);
            });
    } catch (db::unavailable const& why) {
        observe::log_warn("not noted that Sentry was told", {{"integration", id.str()}, {"why", why.what()}});
    }
}

/// After a Disconnect: no token of ours is left, and nobody renews one meanwhile.
async::task<result<bool>> connect::repair_installation(db::tenant by, integration const& broken) {
    auto const org = by.organization.value();
    if (!broken.installation) co_return false;
    auto const installation = *broken.installation;
    // Asked before Sentry is: a renewal would kill the tokens of whoever claimed the installation since.
    bool const owned = co_await pool_.transact(
        org,
        [org, id = broken.id, host = broken.sentry_host, installation](db::transaction& tx) {
            return owns(tx, org, id, host, installation);
        }
    );
    if (!owned) co_return false;

    auto tokens = co_await sentry_.renew_by_jwt(*registered_.app, installation);
    // One refusal of Sentry's is no proof: it refuses healthy installations now and then.
    if (!tokens && tokens.error().kind == sentry::failure_kind::refused)
        tokens = co_await sentry_.renew_by_jwt(*registered_.app, installation);
    if (!tokens) co_return not_repaired(broken.mode, tokens.error());
    // The old pair is dead now: the new one is stored before anything else. An installation stays with its
    // Sentry organization.
    auto const stored = co_await store_and_tell(by, broken.id, installation, broken.sentry_org, *tokens);
    if (!stored) co_return stored.error();
    co_return true;
}

}  // namespace tocsin::integrations
