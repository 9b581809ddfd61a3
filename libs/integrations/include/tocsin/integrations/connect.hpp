#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/integrations/refresh_rules.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/client.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::integrations {

/// What `start` hands to the browser.
struct started_connect {
    integrations::integration integration;
    /// Where the person goes on, at Sentry; nothing where a reconnect needed nobody.
    std::optional<std::string> authorize_url;
    secret binding;  ///< goes into the cookie that binds the flow to this browser, and comes back with the
                     ///< callback
};

/// What Sentry's redirect brought, and what this browser is.
struct connect_callback {
    secret code;
    std::optional<uuid> installation;
    secret binding;            ///< the cookie's value; empty where there was none
    std::string session_hash;  ///< of the session that the browser has now; empty where it has none
};

/// Why a callback led to no connection: the console explains each.
enum class connect_refusal {
    denied,                     ///< the person said no at Sentry
    installation_without_code,  ///< installed before, but never exchanged
    expired,                    ///< no open intent: too old, or used
    wrong_browser,              ///< not the browser or session that began
    ambiguous,                  ///< this browser has intents of several organizations open
    other_organization,         ///< a reconnect led to another Sentry organization than before
    already_claimed,            ///< the Sentry organization or installation belongs to another organization
    sentry_refused,
    unavailable,
};
std::string_view to_string(connect_refusal r) noexcept;

struct finished_connect {
    std::string organization_slug;
    integration_id integration;
    std::optional<connect_refusal> refusal;  ///< nothing: connected
    std::string expected_organization = {};  ///< names of the Sentry organizations, where it was another one
    std::string found_organization = {};
};

/// Whether a reconnect may end at another Sentry organization than before.
enum class other_organizations { refused, meant };

enum class intent_purpose;

/// The story of connecting a Sentry organization through the public integration.
class connect {
public:
    /// How long an intent stays open (RFC 9700 recommends minutes; Sentry's code lives 10).
    static constexpr std::chrono::minutes intent_lifetime{10};

    connect(
        db::pool& pool,
        sentry::client& sentry,
        std::optional<sentry::public_app> app,
        crypto::vault const& vault,
        refresh_policy policy,
        clock const& time
    );

    /// Opens an intent. `binding` is the cookie that this browser has already, if any: intents of one browser
    /// share it.
    async::task<result<started_connect>> start_public(
        organization_id org, identity::principal who, std::optional<secret> binding
    );

    /// Ends an intent: consumes it, exchanges the code, confirms with the token which Sentry organization
    /// this is, claims it, seals and stores the tokens, and tells Sentry that the installation is complete.
    /// Nothing of the URL but code and installation is used. Without an open intent the organization of the
    /// answer is empty.
    async::task<finished_connect> finish_public(connect_callback callback);

    /// Keeps the integration with its mappings and history. Repairs the existing installation by the JWT
    /// grant where Sentry lets it, so that nobody has to install again (a new installation orphans the
    /// customer's alert rules); else opens an intent. unavailable where Sentry does not answer: then neither
    /// is known to be needed.
    async::task<result<started_connect>> reconnect(
        organization_id org,
        integration_id id,
        identity::principal who,
        std::optional<secret> binding,
        other_organizations others
    );

    /// Deletes the sealed tokens at once, pauses mappings, keeps history. Beats a renewal that is under way.
    async::task<result<integration>> disconnect(organization_id org, integration_id id);

private:
    struct intent;
    async::task<boost::system::result<intent, connect_refusal>> consume(connect_callback const& callback);
    async::task<std::optional<connect_refusal>> exchange_and_store(
        intent const& of, connect_callback const& callback, finished_connect& end
    );
    async::task<sentry::call_result<sentry_organization>> confirm_organization(
        uuid installation, secret const& token
    );
    async::task<result<void>> store_and_tell(
        organization_id org,
        integration_id id,
        uuid installation,
        sentry_organization const& confirmed,
        sentry::token_set const& tokens
    );
    async::task<result<started_connect>> open(
        organization_id org,
        integration_id id,
        identity::principal const& who,
        std::optional<secret> binding,
        intent_purpose to,
        other_organizations others
    );
    /// True where the existing installation works again.
    async::task<result<bool>> repair(organization_id org, integration const& broken);

    db::pool& pool_;
    sentry::client& sentry_;
    std::optional<sentry::public_app> app_;
    crypto::vault const& vault_;
    refresh_policy policy_;
    clock const& time_;
};

}  // namespace tocsin::integrations
