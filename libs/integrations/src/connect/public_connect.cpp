#include "connect/public_connect.hpp"

#include "connect/connection_store.hpp"
#include "refresh/refresh_store.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>

namespace tocsin::integrations {

async::task<result<started_connect>> public_connect::open(connect_flow_request request) {
    if (!context_.registered.app) co_return not_configured(mode::public_);
    auto url = sentry::external_install_url(context_.sentry.base(), context_.registered.app->slug);
    co_return co_await open_flow(context_, std::move(request), std::move(url));
}

async::task<finished_connect> public_connect::finish(connect_callback callback) {
    // A callback without a code does not consume a flow.
    if (!callback.error.empty()) co_return finished_connect{{}, {}, connect_refusal::denied};
    if (callback.code.empty() || !callback.installation)
        co_return finished_connect{{}, {}, connect_refusal::installation_without_code};
    auto const flows = co_await consume_flows(callback);
    if (!flows) co_return finished_connect{{}, {}, flows.error()};
    auto const& newest = flows->front();
    finished_connect end{newest.organization_slug, newest.integration, std::nullopt};
    end.refusal = context_.registered.app ? co_await exchange(*flows, callback, end)
                                          : refusal(connect_refusal::not_configured);
    co_return end;
}

/// The newest open flow of each organization in this browser.
async::task<public_connect::consumed_flows> public_connect::consume_flows(connect_callback const& callback) {
    if (callback.binding.empty()) co_return connect_refusal::wrong_browser;
    auto const keys = co_await context_.pool.transact(
        db::no_tenant,
        [hash = hash_of(callback.binding)](db::transaction& tx) { return find_connect_flows(tx, hash); }
    );
    std::vector<connect_flow> flows;
    refusal first_refusal;
    for (auto const& key : keys) {
        if (std::ranges::find(flows, key.organization, &connect_flow::organization) != flows.end()) continue;
        auto flow = co_await consume_flow(context_, key, callback);
        if (flow)
            flows.push_back(std::move(*flow));
        else if (!first_refusal)
            first_refusal = flow.error();
    }
    if (flows.empty()) co_return first_refusal.value_or(connect_refusal::expired);
    co_return flows;
}

async::task<public_connect::refusal> public_connect::exchange(
    std::vector<connect_flow> const& flows, connect_callback const& callback, finished_connect& end
) {
    auto const installation = *callback.installation;
    auto sentry = context_.sentry.on_behalf_of(
        {flows.front().organization, flows.front().integration, sentry::call_priority::exchange}
    );
    auto const tokens = co_await redeem_code(sentry, installation, callback.code);
    if (!tokens) {
        observe::log_warn(
            "code exchange failed",
            {{"status", tokens.error().http_status}, {"detail", tokens.error().detail}}
        );
        co_return refusal_of(tokens.error());
    }
    auto const confirmed =
        co_await find_organization_with_retries(sentry, installation, tokens->access_token);
    if (!confirmed) co_return refusal_of(confirmed.error());

    // A reconnect that expects exactly this Sentry organization leaves no question open.
    auto const expecting = std::ranges::find_if(flows, [&](connect_flow const& each) {
        return each.purpose == connect_purpose::reconnect && each.expected.id == confirmed->id;
    });
    if (expecting != flows.end()) co_return co_await complete(*expecting, callback, *confirmed, *tokens, end);
    if (flows.size() == 1) co_return co_await complete(flows.front(), callback, *confirmed, *tokens, end);
    co_return co_await ask_admins(flows, {*confirmed, installation}, callback.session_hash, *tokens, end);
}

async::task<public_connect::refusal> public_connect::complete(
    connect_flow const& flow,
    connect_callback const& callback,
    sentry_organization const& confirmed,
    sentry::token_set const& tokens,
    finished_connect& end
) {
    end.organization_slug = flow.organization_slug;
    end.integration = flow.integration;
    if (!flow.allows(confirmed)) {
        end.expected_organization = flow.expected.name;
        end.found_organization = confirmed.name;
        co_await note_refused_organization(context_, flow, confirmed);
        co_return connect_refusal::other_organization;
    }
    auto const installation = *callback.installation;
    // The installation may be an attacker's, planted into this browser: a person has to see whose it is.
    if (flow.session_hash.empty() || !flow.expects(confirmed)) {
        std::vector<connect_flow> asked;
        asked.push_back(flow);
        co_return co_await ask_admins(asked, {confirmed, installation}, callback.session_hash, tokens, end);
    }
    auto const stored = co_await store(flow.started_by(), flow.integration, installation, confirmed, tokens);
    if (!stored) co_return connect_refusal::already_claimed;
    co_return std::nullopt;
}

/// The organization was not named before, or several organizations have an open flow in this browser, and the
/// redirect does not say which of them it is for. Each asks its admin, and the first confirmation wins.
async::task<public_connect::refusal> public_connect::ask_admins(
    std::vector<connect_flow> const& flows,
    organization_choice const& found,
    std::string const& session_hash,
    sentry::token_set const& tokens,
    finished_connect& end
) {
    for (auto const& flow : flows) {
        if (!flow.allows(found.organization)) continue;
        bool const waits = co_await writer_.store_undecided(
            flow.organization,
            flow.integration,
            {.reason = reason::confirm_organization, .choices = {found}, .session_hash = session_hash},
            tokens
        );
        end.needs_decision = end.needs_decision || waits;
    }
    if (!end.needs_decision) co_return connect_refusal::other_organization;
    co_return std::nullopt;
}

/// A code works once. If Sentry's answer to the exchange was lost, the jwt-bearer grant returns the
/// installation's tokens, but only if a signed webhook has named this code: the UUID of an installation
/// proves nothing.
async::task<sentry::call_result<sentry::token_set>> public_connect::redeem_code(
    sentry::client& sentry, uuid installation, secret code
) {
    auto const code_hash = hash_of(code);
    auto const& app = *context_.registered.app;
    auto tokens = co_await sentry.exchange_code(app, installation, std::move(code));
    if (tokens || !tokens.error().in_doubt) co_return tokens;
    if (!co_await wait_for_proof(installation, code_hash)) co_return tokens;
    auto granted = co_await sentry.refresh_with_jwt(app, installation);
    co_return granted ? std::move(granted) : std::move(tokens);
}

/// Sentry sends the webhook and the browser at the same time, so the webhook may arrive later.
async::task<bool> public_connect::wait_for_proof(uuid installation, std::string code_hash) {
    constexpr std::chrono::milliseconds poll{250};
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(4);
    for (;;) {
        bool const proven = co_await context_.pool.transact(
            db::no_tenant,
            [host = context_.sentry.base().str(), installation, code_hash](db::transaction& tx) {
                return is_code_of_installation(tx, host, installation, as_bytes(code_hash));
            }
        );
        if (proven) co_return true;
        if (std::chrono::steady_clock::now() > deadline) co_return false;
        co_await async::sleep_for(poll);
    }
}

/// The code is spent: if Sentry fails for a moment, giving up would force the admin to uninstall. But the
/// person waits for the page.
async::task<sentry::call_result<sentry_organization>> public_connect::find_organization_with_retries(
    sentry::client& sentry, uuid installation, secret token
) {
    using std::chrono::milliseconds;
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    auto organization = co_await find_organization(sentry, installation, token);
    for (auto const pause : {milliseconds(200), milliseconds(1'000)}) {
        if (organization || refusal_of(organization.error()) != connect_refusal::unavailable) break;
        if (std::chrono::steady_clock::now() > deadline) break;
        co_await async::sleep_for(pause);
        organization = co_await find_organization(sentry, installation, token);
    }
    co_return organization;
}

/// The Sentry organization comes from Sentry, asked with the token, never from the URL.
async::task<sentry::call_result<sentry_organization>> public_connect::find_organization(
    sentry::client& sentry, uuid installation, secret token
) {
    auto const app_installation = co_await sentry.find_installation(installation, token);
    if (!app_installation) co_return app_installation.error();
    if (app_installation->id != installation || app_installation->app_slug != context_.registered.app->slug)
        co_return sentry::call_failure{
            .kind = sentry::failure_kind::refused,
            .http_status = 200,
            .detail = "the installation is another one, or of another application",
            .in_doubt = false,
            .retry_after = {}
        };
    auto const& named = app_installation->organization;
    auto const details = co_await sentry.find_organization(named.id.empty() ? named.slug : named.id, token);
    if (details)
        co_return sentry_organization{
            details->id, details->slug, details->name.empty() ? details->slug : details->name
        };
    // Without the scope to read it, the organization that the installation names is enough, if it has an id.
    if (named.id.empty()) co_return details.error();
    co_return sentry_organization{named.id, named.slug, named.slug};
}

/// The integration is connected as soon as it is stored. If the confirmation fails, the scheduler repeats it.
async::task<result<void>> public_connect::store(
    db::tenant tenant,
    integration_id id,
    uuid installation,
    sentry_organization const& confirmed,
    sentry::token_set const& tokens
) {
    auto const org = tenant.organization.value();
    auto const stored = co_await writer_.store(std::move(tenant), id, installation, confirmed, tokens);
    if (!stored) co_return stored.error();
    co_await confirm_install(org, id, installation, tokens.access_token);
    co_return result<void>{};
}

/// Confirms to Sentry that the installation is complete.
async::task<> public_connect::confirm_install(
    organization_id org, integration_id id, uuid installation, secret token
) {
    try {
        auto sentry = context_.sentry.on_behalf_of({org, id, sentry::call_priority::exchange});
        if (co_await sentry.mark_installed(installation, token))
            co_await context_.pool.transact(org, [org, id](db::transaction& tx) {
                store_install_confirmed(tx, org, id);
            });
    } catch (db::unavailable const& why) {
        observe::log_warn(
            "confirmed installation not stored", {{"integration", id.str()}, {"why", why.what()}}
        );
    }
}

async::task<result<void>> public_connect::confirm(
    db::tenant tenant, integration undecided, std::string session_hash
) {
    auto const org = tenant.organization.value();
    auto const id = undecided.id;
    if (undecided.choices.empty())
        co_return error{errc::illegal_transition, "This integration no longer needs a decision."};
    auto const found = undecided.choices.front();
    auto const stored =
        co_await writer_.store_decision(std::move(tenant), undecided, found, std::move(session_hash));
    if (!stored || !found.installation) co_return stored;
    auto const token = co_await context_.pool.transact(org, [org, id](db::transaction& tx) {
        return stored_access_token(tx, org, id);
    });
    auto opened =
        token ? open_access_token(context_.vault, org, id, token->sealed) : result<secret>(token.error());
    if (opened) co_await confirm_install(org, id, *found.installation, std::move(*opened));
    co_return stored;
}

async::task<result<bool>> public_connect::repair(db::tenant tenant, integration broken) {
    auto const org = tenant.organization.value();
    if (!broken.installation || !context_.registered.app) co_return false;
    auto const installation = *broken.installation;
    // Checked before Sentry is called: the grant would invalidate the tokens of an organization that has
    // claimed the installation in the meantime.
    bool const owned = co_await context_.pool.transact(
        org,
        [org, id = broken.id, host = broken.sentry_host, installation](db::transaction& tx) {
            return owns_installation(tx, org, id, host, installation);
        }
    );
    if (!owned) co_return false;

    auto const& app = *context_.registered.app;
    auto sentry = context_.sentry.on_behalf_of({org, broken.id, sentry::call_priority::person});
    auto tokens = co_await sentry.refresh_with_jwt(app, installation);
    // One refusal is no proof: Sentry sometimes refuses healthy installations.
    if (!tokens && tokens.error().kind == sentry::failure_kind::refused)
        tokens = co_await sentry.refresh_with_jwt(app, installation);
    if (!tokens) co_return judge_failed_repair(broken.mode, tokens.error());
    // The old tokens are invalid now, so the new ones are stored first. An installation never changes its
    // Sentry organization, only that one's names.
    auto const stored =
        co_await store(std::move(tenant), broken.id, installation, broken.sentry_org, *tokens);
    if (!stored) co_return stored.error();
    co_return true;
}

}  // namespace tocsin::integrations
