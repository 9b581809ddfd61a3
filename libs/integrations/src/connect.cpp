#include "connect_store.hpp"
#include "refresh_store.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/connect.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>

namespace tocsin::integrations {

namespace {

std::string hash_of(secret const& token) {
    return std::string(as_text(crypto::sha256(token.reveal())));
}

/// The roles that may connect; asked again when the flow comes back, since rights may have changed meanwhile.
bool may_connect(std::optional<std::string> const& role_name) {
    auto const role = role_name ? identity::parse_role(*role_name) : std::nullopt;
    return role && identity::allows(*role, identity::permission::administer);
}

connect_refusal refusal_of(sentry::call_failure const& why) {
    return why.kind == sentry::failure_kind::refused || why.kind == sentry::failure_kind::gone
               ? connect_refusal::sentry_refused
               : connect_refusal::unavailable;
}

}  // namespace

std::string_view to_string(connect_refusal r) noexcept {
    switch (r) {
        case connect_refusal::denied:
            return "denied";
        case connect_refusal::installation_without_code:
            return "installation_without_code";
        case connect_refusal::expired:
            return "expired";
        case connect_refusal::wrong_browser:
            return "wrong_browser";
        case connect_refusal::ambiguous:
            return "ambiguous";
        case connect_refusal::other_organization:
            return "other_organization";
        case connect_refusal::already_claimed:
            return "already_claimed";
        case connect_refusal::sentry_refused:
            return "sentry_refused";
        case connect_refusal::unavailable:
            break;
    }
    return "unavailable";
}

/// An intent that this callback has used up, with what is needed to go on.
struct connect::intent {
    organization_id organization;
    consumed_intent flow;
};

connect::connect(
    db::pool& pool,
    sentry::client& sentry,
    std::optional<sentry::public_app> app,
    crypto::vault const& vault,
    refresh_policy policy,
    clock const& time
)
    : pool_(pool), sentry_(sentry), app_(std::move(app)), vault_(vault), policy_(policy), time_(time) {}

namespace {

error not_configured() {
    return {
        errc::mode_not_configured,
        "This deployment has no public integration at Sentry: its operator has to set "
        "TOCSIN_SENTRY_APP_SLUG, "
        "TOCSIN_SENTRY_APP_CLIENT_ID and TOCSIN_SENTRY_APP_CLIENT_SECRET."
    };
}

}  // namespace

async::task<result<started_connect>> connect::start_public(
    organization_id org, identity::principal who, std::optional<secret> binding
) {
    if (!app_) co_return not_configured();
    co_return co_await open(
        org,
        integration_id{crypto::uuid_v4()},
        who,
        std::move(binding),
        intent_purpose::connect,
        other_organizations::meant
    );
}

async::task<result<started_connect>> connect::open(
    organization_id org,
    integration_id id,
    identity::principal const& who,
    std::optional<secret> binding,
    intent_purpose to,
    other_organizations others
) {
    if (!binding) binding = crypto::random_token();
    new_intent const what{
        .organization = org,
        .integration = id,
        .user = who.user,
        .session_hash = who.session_hash,
        .binding_hash = hash_of(*binding),
        .sentry_host = sentry_.base().str(),
        .lifetime = intent_lifetime,
        .purpose = to,
        .allow_other = others == other_organizations::meant
    };
    auto made = co_await pool_.transact(org, [what](db::transaction& tx) -> result<integration> {
        if (!open_intent(tx, what))
            return error{
                errc::conflict,
                "Five connections are being made already: finish one of them, or wait ten minutes."
            };
        return find_integration(tx, what.organization, what.integration);
    });
    if (!made) co_return made.error();
    observe::log_info(
        "connect started",
        {{"organization", org.str()}, {"integration", id.str()}, {"purpose", to_string(what.purpose)}}
    );
    co_return started_connect{
        std::move(*made), sentry::external_install_url(sentry_.base(), app_->slug), std::move(*binding)
    };
}

async::task<result<started_connect>> connect::reconnect(
    organization_id org,
    integration_id id,
    identity::principal who,
    std::optional<secret> binding,
    other_organizations others
) {
    if (!app_) co_return not_configured();
    auto const found = co_await pool_.transact(org, [org, id](db::transaction& tx) {
        return find_integration(tx, org, id);
    });
    if (!found) co_return found.error();
    auto const repaired = co_await repair(org, *found);
    if (!repaired) co_return repaired.error();
    if (*repaired) {
        auto after = co_await pool_.transact(org, [org, id](db::transaction& tx) {
            return find_integration(tx, org, id);
        });
        if (!after) co_return after.error();
        co_return started_connect{std::move(*after), std::nullopt, secret()};
    }
    co_return co_await open(org, id, who, std::move(binding), intent_purpose::reconnect, others);
}

async::task<result<bool>> connect::repair(organization_id org, integration const& broken) {
    if (!broken.installation || broken.reason == reason::uninstalled) co_return false;
    auto const installation = *broken.installation;
    // Asked before Sentry is: a renewal would kill the tokens of whoever claimed the installation since.
    auto const state = co_await pool_.transact(
        org,
        [org, id = broken.id, host = broken.sentry_host, installation](db::transaction& tx) {
            return std::pair(owns(tx, org, id, host, installation), is_leased(tx, org, id));
        }
    );
    if (!state.first) co_return false;
    if (state.second)
        co_return error{errc::conflict, "The access is being renewed right now: look again in a moment."};

    auto tokens = co_await sentry_.renew_by_jwt(*app_, installation);
    // One refusal of Sentry's is no proof: it refuses healthy installations now and then.
    if (!tokens && tokens.error().kind == sentry::failure_kind::refused)
        tokens = co_await sentry_.renew_by_jwt(*app_, installation);
    if (!tokens) {
        if (names_our_client(tokens.error()))
            co_return error{
                errc::sentry_refused,
                std::string(remedy(broken.mode, status::degraded, reason::client_misconfigured))
            };
        if (refusal_of(tokens.error()) == connect_refusal::sentry_refused) co_return false;
        co_return sentry::to_error(tokens.error(), "to renew the access");
    }
    // The old pair is dead now: the new one is stored before anything else. An installation stays with its
    // Sentry organization.
    auto const stored = co_await store_and_tell(org, broken.id, installation, broken.sentry_org, *tokens);
    if (!stored) co_return stored.error();
    observe::log_info("reconnected", {{"organization", org.str()}, {"integration", broken.id.str()}});
    co_return true;
}

async::task<result<integration>> connect::disconnect(organization_id org, integration_id id) {
    auto done = co_await pool_.transact(org, [org, id](db::transaction& tx) -> result<integration> {
        if (auto const found = find_integration(tx, org, id); !found) return found.error();
        store_disconnected(tx, org, id);
        return find_integration(tx, org, id);
    });
    if (done) observe::log_info("disconnected", {{"organization", org.str()}, {"integration", id.str()}});
    co_return done;
}

async::task<boost::system::result<connect::intent, connect_refusal>> connect::consume(
    connect_callback const& callback
) {
    if (callback.binding.empty()) co_return connect_refusal::wrong_browser;
    auto const binding = hash_of(callback.binding);
    auto const open = co_await pool_.transact(db::no_tenant, [binding](db::transaction& tx) {
        return find_intents(tx, binding);
    });
    if (open.empty()) co_return connect_refusal::expired;
    auto const org = open.front().organization;
    bool const one_organization = std::all_of(open.begin(), open.end(), [&](open_intent_key const& one) {
        return one.organization == org;
    });
    if (!one_organization) co_return connect_refusal::ambiguous;

    // Committed before anything is asked of Sentry: however often this callback comes, one goes on.
    auto used = co_await pool_.transact(org, [org, flow = open.front().flow, binding](db::transaction& tx) {
        return consume_intent(tx, org, flow, binding);
    });
    if (!used) co_return connect_refusal::expired;
    // A flow that a person began needs that person's session; one begun with an API token has none, there the
    // cookie binds.
    if (!used->session_hash.empty() && used->session_hash != callback.session_hash)
        co_return connect_refusal::wrong_browser;
    if (used->user && !may_connect(used->role)) co_return connect_refusal::wrong_browser;
    co_return intent{org, std::move(*used)};
}

async::task<finished_connect> connect::finish_public(connect_callback callback) {
    // A visit that brings nothing uses no intent up.
    if (callback.code.empty() || !callback.installation)
        co_return finished_connect{{}, {}, connect_refusal::installation_without_code};
    auto const consumed = co_await consume(callback);
    if (!consumed) {
        observe::log_warn("connect refused", {{"reason", to_string(consumed.error())}});
        co_return finished_connect{{}, {}, consumed.error()};
    }
    auto const& of = *consumed;
    finished_connect end{of.flow.organization_slug, of.flow.integration, std::nullopt};
    end.refusal =
        app_ ? co_await exchange_and_store(of, callback, end) : std::optional(connect_refusal::unavailable);
    auto const& refusal = end.refusal;
    if (refusal)
        observe::log_warn(
            "connect failed",
            {{"organization", of.organization.str()},
             {"integration", of.flow.integration.str()},
             {"reason", to_string(*refusal)}}
        );
    else
        observe::log_info(
            "connected", {{"organization", of.organization.str()}, {"integration", of.flow.integration.str()}}
        );
    co_return end;
}

async::task<std::optional<connect_refusal>> connect::exchange_and_store(
    intent const& of, connect_callback const& callback, finished_connect& end
) {
    auto const installation = *callback.installation;
    auto const tokens = co_await sentry_.exchange_code(*app_, installation, callback.code);
    if (!tokens) {
        observe::log_warn(
            "code exchange failed",
            {{"integration", of.flow.integration.str()},
             {"status", tokens.error().http_status},
             {"detail", tokens.error().detail}}
        );
        co_return refusal_of(tokens.error());
    }
    auto const confirmed = co_await confirm_organization(installation, tokens->access_token);
    if (!confirmed) co_return refusal_of(confirmed.error());
    if (!of.flow.allow_other && confirmed->id != of.flow.expected.id) {
        end.expected_organization = of.flow.expected.name;
        end.found_organization = confirmed->name;
        co_return connect_refusal::other_organization;
    }
    auto const stored =
        co_await store_and_tell(of.organization, of.flow.integration, installation, *confirmed, *tokens);
    if (!stored) co_return connect_refusal::already_claimed;
    co_return std::nullopt;
}

/// Which organization this is comes from Sentry, asked with the token; what a URL said is not looked at.
async::task<sentry::call_result<sentry_organization>> connect::confirm_organization(
    uuid installation, secret const& token
) {
    auto const found = co_await sentry_.find_installation(installation, token);
    if (!found) co_return found.error();
    if (found->id != installation || found->app_slug != app_->slug)
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

/// Stores a confirmed connection; already_claimed where somebody else owns it. It is connected then: where
/// telling Sentry fails now, the scheduler keeps telling.
async::task<result<void>> connect::store_and_tell(
    organization_id org,
    integration_id id,
    uuid installation,
    sentry_organization const& confirmed,
    sentry::token_set const& tokens
) {
    confirmed_connection const connection{
        .organization = org,
        .integration = id,
        .sentry_host = sentry_.base().str(),
        .installation = installation,
        .sentry_org = confirmed,
        .scopes = tokens.scopes,
        .credential = seal(vault_, org, id, tokens, policy_, time_.now())
    };
    std::optional<error> refused;
    try {
        co_await pool_.transact(org, [connection](db::transaction& tx) { store_connection(tx, connection); });
    } catch (failure const& why) {
        refused = why.why();
    }
    if (refused) co_return *refused;
    try {
        if (co_await sentry_.mark_installed(installation, tokens.access_token))
            co_await pool_.transact(org, [org, id](db::transaction& tx) {
                store_told_installed(tx, org, id);
            });
    } catch (db::unavailable const& why) {
        observe::log_warn("not noted that Sentry was told", {{"integration", id.str()}, {"why", why.what()}});
    }
    co_return result<void>{};
}

}  // namespace tocsin::integrations
