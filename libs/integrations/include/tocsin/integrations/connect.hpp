#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/integrations/applications.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/client.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

/// What `start` hands to the browser.
struct started_connect {
    integrations::integration integration;
    /// Where the person goes on, at Sentry; nothing where a reconnect needed nobody.
    std::optional<std::string> authorize_url;
    secret binding;  ///< goes into the cookie that binds the flow to this browser, and comes back with the
                     ///< callback
};

/// The access of an internal integration, as an admin pastes it.
struct internal_access {
    secret token;
    secret client_secret;    ///< signs its webhooks; for a reconnect, empty: as before
    std::string sentry_org;  ///< slug or id; for a reconnect, empty: as before
};

/// What Sentry's redirect brought, and what this browser is.
struct connect_callback {
    secret code;
    std::optional<uuid> installation;   ///< of a public integration, which knows no state
    std::optional<secret> state;        ///< of an OAuth application
    std::string error;                  ///< OAuth's name of what went wrong at Sentry; empty: nothing
    std::optional<std::string> issuer;  ///< `iss` of RFC 9207, where whoever sent the browser says who it is
    secret binding;                     ///< the cookie's value; empty where there was none
    std::string session_hash;           ///< of the session that the browser has now; empty where it has none
};

/// Why a callback led to no connection: the console explains each.
enum class connect_refusal {
    denied,                     ///< the person said no at Sentry
    installation_without_code,  ///< installed before, but never exchanged
    expired,                    ///< no open intent: too old, or used
    wrong_browser,              ///< not the browser or session that began
    not_configured,             ///< this deployment lacks the mode by now
    invalid_scope,              ///< Sentry's application lacks a scope that was asked for
    no_organization,            ///< the token sees no organization, or not the one that was named
    other_organization,         ///< a reconnect led to another Sentry organization than before
    already_claimed,            ///< the Sentry organization or installation belongs to another organization
    sentry_refused,
    unavailable,
};
std::string_view to_string(connect_refusal r) noexcept;

struct finished_connect {
    std::string organization_slug;
    integration_id integration;
    std::optional<connect_refusal> refusal;  ///< nothing: connected, or waiting for the admin
    bool waits_for_person = false;  ///< the organization has to be chosen or confirmed: the reason says which
    std::string expected_organization = {};  ///< names of the Sentry organizations, where it was another one
    std::string found_organization = {};
};

/// Whether a reconnect may end at another Sentry organization than before.
enum class other_organizations { refused, meant };

enum class intent_purpose;

/// How a reconnect is meant.
struct reconnect_request {
    other_organizations others = other_organizations::refused;
    std::optional<internal_access> access;  ///< of an internal integration whose token was replaced
};

/// The story of connecting a Sentry organization, in three modes that end alike.
class connect {
public:
    /// How long an intent stays open (RFC 9700 recommends minutes; Sentry's code lives 10).
    static constexpr std::chrono::minutes intent_lifetime{10};

    /// Revocations at Sentry run on `on`. `refresher` works on the same pool.
    connect(
        async::executor on,
        db::pool& pool,
        sentry::client& sentry,
        applications registered,
        crypto::vault const& vault,
        refresh_policy policy,
        clock const& time,
        refresher& refresher
    );

    applications const& registered() const noexcept { return registered_; }

    /// Opens an intent for a public integration. `binding` is the cookie that this browser has already, if
    /// any: intents of one browser share it.
    async::task<result<started_connect>> start_public(
        organization_id org, identity::principal who, std::optional<secret> binding
    );
    /// Opens an intent for the OAuth application, with `state` and PKCE. `wanted_org` names the Sentry
    /// organization by slug where the admin knows it.
    async::task<result<started_connect>> start_oauth(
        organization_id org,
        identity::principal who,
        std::optional<secret> binding,
        std::optional<std::string> wanted_org
    );
    /// Verifies the pasted access with Sentry and stores it: no browser is needed.
    async::task<result<started_connect>> start_internal(
        organization_id org, identity::principal who, internal_access access
    );

    /// Ends an intent: consumes it, exchanges the code, confirms with the token which Sentry organization
    /// this is, claims it, seals and stores the tokens. Nothing of the URL but code, state, installation and
    /// error is used. Without an open intent the organization of the answer is empty.
    async::task<finished_connect> finish(connect_callback callback);

    /// The admin's word that the Sentry organization which waits is meant for this organization.
    async::task<result<integration>> confirm(organization_id org, integration_id id, identity::principal who);
    /// The admin's choice among the organizations that the token sees; by slug or id.
    async::task<result<integration>> choose(
        organization_id org, integration_id id, std::string sentry_org, identity::principal who
    );
    /// What signs the webhooks of an integration with a URL of its own. The secret before stays valid for a
    /// day, so that it can be rotated in Sentry without loss.
    async::task<result<integration>> set_webhook_secret(
        organization_id org, integration_id id, secret webhook_secret, identity::principal who
    );

    /// Keeps the integration with its mappings and history. Repairs the existing access where Sentry lets it,
    /// so that nobody has to install again (a new installation orphans the customer's alert rules); else
    /// opens an intent. unavailable where Sentry does not answer: then neither is known to be needed.
    async::task<result<started_connect>> reconnect(
        organization_id org,
        integration_id id,
        identity::principal who,
        std::optional<secret> binding,
        reconnect_request how
    );

    /// Deletes the sealed tokens at once, pauses mappings, keeps history. Beats a renewal that is under way.
    async::task<result<integration>> disconnect(
        organization_id org, integration_id id, identity::principal who
    );

private:
    struct intent;
    using consumed = boost::system::result<intent, connect_refusal>;
    using consumed_all = boost::system::result<std::vector<intent>, connect_refusal>;
    struct opening;

    async::task<result<started_connect>> open(opening what);
    async::task<finished_connect> finish_public(connect_callback callback);
    async::task<finished_connect> finish_oauth(connect_callback callback);

    async::task<consumed> consume(organization_id org, uuid flow, connect_callback const& callback);
    async::task<consumed_all> consume_of_browser(connect_callback const& callback);
    async::task<consumed> consume_of_state(connect_callback const& callback);

    async::task<std::optional<connect_refusal>> exchange_installation(
        std::vector<intent> const& of, connect_callback const& callback, finished_connect& end
    );
    async::task<std::optional<connect_refusal>> exchange_authorization(
        intent const& of, connect_callback const& callback, finished_connect& end
    );
    async::task<sentry::call_result<sentry::token_set>> redeem_code(uuid installation, secret code);
    async::task<sentry::call_result<sentry_organization>> confirm_organization(
        uuid installation, secret token
    );
    async::task<sentry::call_result<sentry_organization>> confirm_patiently(uuid installation, secret token);
    async::task<sentry::call_result<std::vector<sentry_organization>>> organizations_of(
        sentry::token_set const& tokens
    );
    async::task<result<sentry_organization>> verify_internal(
        internal_access const& access, std::vector<std::string>& scopes
    );
    async::task<result<void>> put_internal(
        db::tenant by, integration_id id, internal_access access, other_organizations others, bool is_new
    );
    async::task<result<void>> store(
        db::tenant by,
        integration_id id,
        std::optional<uuid> installation,
        sentry_organization const& confirmed,
        sentry::token_set const& tokens
    );
    async::task<result<void>> store_and_tell(
        db::tenant by,
        integration_id id,
        uuid installation,
        sentry_organization const& confirmed,
        sentry::token_set const& tokens
    );
    async::task<> tell_installed(organization_id org, integration_id id, uuid installation, secret token);
    /// True where the existing access works again.
    async::task<result<bool>> repair(db::tenant by, integration const& broken);
    async::task<result<bool>> repair_installation(db::tenant by, integration const& broken);
    async::task<result<integration>> find(organization_id org, integration_id id);
    async::task<error> refuse(
        db::tenant by,
        integration_id id,
        std::optional<uuid> installation,
        std::string sentry_org_id,
        error why
    );
    sealed_credential seal_waiting(organization_id org, integration_id id, sentry::token_set const& tokens)
        const;
    void revoke_later(organization_id org, integration_id id, byte_string access_token_sealed);
    async::task<> revoke(secret token);

    db::pool& pool_;
    sentry::client& sentry_;
    applications registered_;
    crypto::vault const& vault_;
    refresh_policy policy_;
    clock const& time_;
    refresher& refresher_;
    async::task_group revocations_;
};

/// Gives up, after 15 minutes, what waits for a person to choose or confirm: its tokens are deleted, and an
/// OAuth application's given back to Sentry, as a best effort. For the scheduler's role, across
/// organizations. How many were given up.
async::task<std::size_t> expire_pending(
    db::pool& pool, sentry::client& sentry, applications const& registered, crypto::vault const& vault
);

}  // namespace tocsin::integrations
