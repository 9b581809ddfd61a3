#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/integrations/applications.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::integrations {

struct started_connect {
    integrations::integration integration;
    /// Where the browser continues, at Sentry. None if no person has to act.
    std::optional<std::string> authorize_url;
    secret binding;  ///< for the cookie that binds the connect flow to this browser
};

/// The access of an internal integration, as an admin pastes it.
struct internal_access {
    secret token;
    secret client_secret;    ///< signs its webhooks; if empty, a reconnect keeps the stored one
    std::string sentry_org;  ///< slug or id; if empty, a reconnect keeps the stored one
};

/// The parameters of Sentry's redirect, and the identity of this browser.
struct connect_callback {
    secret code;
    std::optional<uuid> installation;   ///< of a public integration, which has no state
    std::optional<secret> state;        ///< of an OAuth application
    std::string error;                  ///< OAuth's name of an error at Sentry; empty if there is none
    std::optional<std::string> issuer;  ///< `iss` of RFC 9207
    secret binding;                     ///< the cookie's value; empty if there is none
    std::string session_hash;           ///< of this browser's session; empty if there is none
};

/// Why a callback made no connection. The console explains each reason.
enum class connect_refusal {
    denied,                     ///< the person declined in Sentry
    installation_without_code,  ///< installed earlier, but the code was never exchanged
    expired,                    ///< the connect flow is too old or was used
    wrong_browser,              ///< not the browser or session that started the flow
    not_configured,             ///< this deployment lacks the mode
    invalid_scope,              ///< Sentry's application lacks a requested scope
    no_organization,            ///< the token has no access to an organization, or not to the requested one
    other_organization,         ///< a reconnect led to another Sentry organization than before
    already_claimed,            ///< the Sentry organization or installation belongs to another organization
    sentry_refused,
    unavailable,
};
inline constexpr enum_names<connect_refusal, 11> connect_refusal_names{{
    {connect_refusal::denied, "denied"},
    {connect_refusal::installation_without_code, "installation_without_code"},
    {connect_refusal::expired, "expired"},
    {connect_refusal::wrong_browser, "wrong_browser"},
    {connect_refusal::not_configured, "not_configured"},
    {connect_refusal::invalid_scope, "invalid_scope"},
    {connect_refusal::no_organization, "no_organization"},
    {connect_refusal::other_organization, "other_organization"},
    {connect_refusal::already_claimed, "already_claimed"},
    {connect_refusal::sentry_refused, "sentry_refused"},
    {connect_refusal::unavailable, "unavailable"},
}};
std::string_view to_string(connect_refusal r) noexcept;

struct finished_connect {
    std::string organization_slug;  ///< empty if there was no open flow
    integration_id integration;
    std::optional<connect_refusal> refusal;
    bool needs_decision = false;  ///< an admin has to choose or confirm the organization
    std::string expected_organization = {
    };  ///< the names of the Sentry organizations, for other_organization
    std::string found_organization = {};
};

/// Whether a reconnect may lead to another Sentry organization than before.
enum class other_organizations { refused, allowed };

struct reconnect_request {
    other_organizations others = other_organizations::refused;
    std::optional<internal_access> access;  ///< the new token of an internal integration
};

/// Connects, reconnects, and disconnects Sentry organizations, in all three modes.
class connect {
public:
    /// How long a connect flow stays open (RFC 9700 recommends minutes; Sentry's code is valid for 10).
    static constexpr std::chrono::minutes flow_lifetime{10};

    /// Revocations at Sentry run on `executor`. `refresher` uses the same pool.
    connect(
        async::executor executor,
        db::pool& pool,
        sentry::client& sentry,
        applications registered,
        crypto::vault const& vault,
        refresh_policy policy,
        clock const& time,
        refresher& refresher
    );
    ~connect();

    applications const& registered() const noexcept;

    /// Opens a connect flow for a public integration. `binding` is the value of this browser's cookie, if
    /// any: the flows of one session share it, and a value that is of no open flow of the session is
    /// replaced. `sentry_org` is the slug or id of the Sentry organization to connect, if the admin gave one;
    /// an organization that was not named has to be confirmed.
    async::task<result<started_connect>> start_public(
        organization_id org,
        identity::principal principal,
        std::optional<secret> binding,
        std::optional<std::string> sentry_org
    );
    /// Opens a connect flow for the OAuth application, with `state` and PKCE. `sentry_org` as above.
    async::task<result<started_connect>> start_oauth(
        organization_id org,
        identity::principal principal,
        std::optional<secret> binding,
        std::optional<std::string> sentry_org
    );
    /// Verifies the access with Sentry and stores it. No browser is needed.
    async::task<result<started_connect>> start_internal(
        organization_id org, identity::principal principal, internal_access access
    );

    /// Consumes the connect flow, exchanges the code, confirms with the token which Sentry organization it
    /// is, claims that organization, and stores the sealed tokens. Of the URL, only code, state,
    /// installation, and error are used.
    async::task<finished_connect> finish(connect_callback callback);

    /// An admin confirms the Sentry organization of a pending integration, in the session that came back from
    /// Sentry. As choose(), not with an API token.
    async::task<result<integration>> confirm(
        organization_id org, integration_id id, identity::principal principal
    );
    /// An admin chooses among the Sentry organizations that the token can access; by slug or id.
    async::task<result<integration>> choose(
        organization_id org, integration_id id, std::string sentry_org, identity::principal principal
    );
    /// Sets the secret that signs webhooks at the integration's own URL. The previous secret stays valid for
    /// a day, so that a rotation in Sentry loses no webhook.
    async::task<result<integration>> set_webhook_secret(
        organization_id org, integration_id id, secret webhook_secret, identity::principal principal
    );

    /// Keeps the integration with its mappings and history. Repairs the existing access if Sentry allows it,
    /// because a new installation orphans the customer's alert rules; otherwise opens a connect flow. Returns
    /// unavailable if Sentry does not answer, because then it is not known which of the two is needed.
    async::task<result<started_connect>> reconnect(
        organization_id org,
        integration_id id,
        identity::principal principal,
        std::optional<secret> binding,
        reconnect_request request
    );

    /// Deletes the sealed tokens at once, pauses mappings, and keeps the history. A refresh in progress does
    /// not undo it.
    async::task<result<integration>> disconnect(
        organization_id org, integration_id id, identity::principal principal
    );

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

/// Gives up integrations that have waited 15 minutes for an admin to choose or confirm an organization.
/// Deletes their tokens and revokes those of an OAuth application at Sentry if possible. Works across
/// organizations, for the scheduler's role. Returns the number of integrations.
async::task<std::size_t> expire_pending(
    db::pool& pool, sentry::client& sentry, applications const& registered, crypto::vault const& vault
);

}  // namespace tocsin::integrations
