#include "connect_store.hpp"

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

async::task<result<started_connect>> connect::start_public(
    organization_id org, identity::principal who, std::optional<secret> binding
) {
    if (!app_)
        co_return error{
            errc::mode_not_configured,
            "This deployment has no public integration at Sentry: its operator has to set "
            "TOCSIN_SENTRY_APP_SLUG, "
            "TOCSIN_SENTRY_APP_CLIENT_ID and TOCSIN_SENTRY_APP_CLIENT_SECRET."
        };
    if (!binding) binding = crypto::random_token();
    new_intent const what{
        .organization = org,
        .integration = integration_id{crypto::uuid_v4()},
        .user = who.user,
        .session_hash = who.session_hash,
        .binding_hash = hash_of(*binding),
        .sentry_host = sentry_.base().str(),
        .lifetime = intent_lifetime
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
        "connect started", {{"organization", org.str()}, {"integration", what.integration.str()}}
    );
    co_return started_connect{
        std::move(*made), sentry::external_install_url(sentry_.base(), app_->slug), std::move(*binding)
    };
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

async::task<std::optional<finished_connect>> connect::finish_public(connect_callback callback) {
    auto const consumed = co_await consume(callback);
    if (!consumed) {
        observe::log_warn("connect refused", {{"reason", to_string(consumed.error())}});
        co_return finished_connect{{}, {}, consumed.error()};
    }
    auto const& of = *consumed;
    auto const refusal =
        app_ ? co_await exchange_and_store(of, callback) : std::optional(connect_refusal::unavailable);
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
    co_return finished_connect{of.flow.organization_slug, of.flow.integration, refusal};
}

async::task<std::optional<connect_refusal>> connect::exchange_and_store(
    intent const& of, connect_callback const& callback
) {
    if (callback.code.empty() || !callback.installation) co_return connect_refusal::installation_without_code;
    auto const installation = *callback.installation;
    auto const id = of.flow.integration;

    auto const tokens = co_await sentry_.exchange_code(*app_, installation, callback.code);
    if (!tokens) {
        observe::log_warn(
            "code exchange failed",
            {{"integration", id.str()},
             {"status", tokens.error().http_status},
             {"detail", tokens.error().detail}}
        );
        co_return refusal_of(tokens.error());
    }
    // Which organization this is comes from Sentry, asked with the token; what the URL said is not looked at.
    auto found = co_await sentry_.find_installation(installation, tokens->access_token);
    if (!found) co_return refusal_of(found.error());
    if (found->id != installation || found->app_slug != app_->slug) co_return connect_refusal::sentry_refused;
    sentry_organization org{found->organization.id, found->organization.slug, found->organization.slug};
    auto const details = co_await sentry_.find_organization(found->organization.slug, tokens->access_token);
    if (details) org = {details->id, details->slug, details->name.empty() ? details->slug : details->name};
    if (org.id.empty()) co_return details ? connect_refusal::sentry_refused : refusal_of(details.error());

    confirmed_connection const connection{
        .organization = of.organization,
        .integration = id,
        .sentry_host = sentry_.base().str(),
        .installation = installation,
        .sentry_org = org,
        .scopes = tokens->scopes,
        .credential = seal(vault_, of.organization, id, *tokens, policy_, time_.now())
    };
    bool claimed = true;
    try {
        co_await pool_.transact(of.organization, [connection](db::transaction& tx) {
            store_connection(tx, connection);
        });
    } catch (failure const&) {
        claimed = false;
    }
    if (!claimed) co_return connect_refusal::already_claimed;

    // Connected already; where telling Sentry fails now, the scheduler keeps telling.
    if (co_await sentry_.mark_installed(installation, tokens->access_token))
        co_await pool_.transact(of.organization, [org_id = of.organization, id](db::transaction& tx) {
            store_told_installed(tx, org_id, id);
        });
    co_return std::nullopt;
}

}  // namespace tocsin::integrations
