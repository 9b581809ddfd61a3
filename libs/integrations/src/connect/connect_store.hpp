#pragma once

#include <tocsin/db/pool.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/types.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

enum class intent_purpose { connect, reconnect };
inline std::string_view to_string(intent_purpose p) noexcept {
    return p == intent_purpose::connect ? "connect" : "reconnect";
}

struct new_intent {
    organization_id organization;
    integration_id integration;
    std::optional<user_id> user;
    std::string session_hash;  ///< 32 bytes, or empty
    std::string binding_hash;  ///< 32 bytes
    integrations::mode mode = mode::public_;
    std::string sentry_host;
    std::chrono::milliseconds lifetime;
    intent_purpose purpose = intent_purpose::connect;
    bool allow_other = false;  ///< a reconnect may lead to another Sentry organization
    uuid flow;
    std::string state_hash;       ///< 32 bytes, or empty: the mode knows no state
    byte_string verifier_sealed;  ///< empty where there is no state
    std::optional<std::string> wanted_org;
};

/// Makes a pending integration without an intent: an internal one needs no browser.
void insert_pending(
    db::transaction& tx, organization_id org, integration_id id, mode of, std::string const& sentry_host
);

/// Opens an intent, for a connect with a new pending integration. False where the organization has too many
/// open intents.
bool open_intent(db::transaction& tx, new_intent const& what);

struct open_intent_key {
    organization_id organization;
    uuid flow;
};
/// The open intents of a browser, newest first, whatever their organization.
std::vector<open_intent_key> find_intents(db::transaction& tx, std::string const& binding_hash);

/// The open intent of a state, whatever its organization.
std::optional<open_intent_key> find_intent_of_state(db::transaction& tx, std::string const& state_hash);

struct consumed_intent {
    integration_id integration;
    uuid flow;
    intent_purpose purpose = intent_purpose::connect;
    integrations::status status = status::pending;  ///< of the integration, now
    std::string binding_hash;
    byte_string verifier_sealed;
    std::optional<std::string> wanted_org;
    std::optional<user_id> user;
    std::string session_hash;
    std::string organization_slug;
    std::string actor;  ///< the address of the user who began; empty for an API token

    /// Work on the organization's rows for whom began.
    db::tenant began_by(organization_id org) const {
        db::actor who;
        who.kind = user ? "user" : "";
        who.id = user ? user->str() : "";
        who.name = actor;
        return {org, std::move(who)};
    }
    /// Of the user who began, now; nothing where they are no member any more.
    std::optional<std::string> role;
    bool allow_other = true;       ///< false for a reconnect that has to lead to `expected` again
    sentry_organization expected;  ///< the one before; empty for a first connect
};
/// Marks an intent as used, and every other open one of the same browser and organization. Nothing where it
/// is used or expired.
std::optional<consumed_intent> consume_intent(
    db::transaction& tx, organization_id org, uuid flow, std::string const& binding_hash
);

struct confirmed_connection {
    organization_id organization;
    integration_id integration;
    std::string sentry_host;
    std::optional<uuid> installation;  ///< of a public integration
    sentry_organization sentry_org;
    std::vector<std::string> scopes;
    sealed_credential credential;
};
/// Claims the installation and its Sentry organization and makes the integration `connected`. Throws
/// `failure` (already_claimed), which undoes the transaction, where somebody else has one of them. Answers
/// the sealed access token that these tokens took the place of.
std::optional<byte_string> store_connection(db::transaction& tx, confirmed_connection const& what);

/// Stores what waits for a person: the tokens, not to be renewed or used, and what they may lead to. False
/// where the integration may not wait, since it works.
struct waiting_connection {
    organization_id organization;
    integration_id integration;
    integrations::reason reason = reason::choose_organization;
    std::optional<uuid> installation;
    sentry_organization found;                 ///< to be confirmed
    std::vector<sentry_organization> choices;  ///< to be chosen from
    std::vector<std::string> scopes;
    sealed_credential credential;
};
bool store_waiting(db::transaction& tx, waiting_connection const& what);

/// Makes connected what waited, with the tokens that are stored. Throws `failure` (already_claimed,
/// illegal_transition), which undoes the transaction.
void store_chosen(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    std::string const& sentry_host,
    std::optional<uuid> installation,
    sentry_organization const& chosen
);

/// Notes that a webhook secret was entered, not which.
void note_webhook_secret(db::transaction& tx, organization_id org, integration_id id);

/// Notes in the audit log of both organizations that a claim was refused.
void note_refused_claim(
    db::transaction& tx,
    std::string const& sentry_host,
    std::string const& sentry_org_id,
    std::optional<uuid> const& installation,
    integration_id id
);

/// Whether a signed webhook said that this code belongs to the installation.
bool is_code_of(
    db::transaction& tx, std::string const& sentry_host, uuid const& installation, byte_view code_hash
);

struct pending_connection {
    organization_id organization;
    integration_id integration;
    integrations::mode mode = mode::public_;
};
/// Integrations of all organizations that have waited for a person for longer than this; at most 100.
std::vector<pending_connection> pending_too_long(db::transaction& tx, std::chrono::milliseconds patience);
/// Answers the sealed access token that went.
std::optional<byte_string> give_up_pending(db::transaction& tx, pending_connection const& what);

/// Whether the installation is this integration's still: released and claimed by another organization, it is
/// not seen.
bool owns(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    std::string const& sentry_host,
    uuid const& installation
);

/// Tokens gone, mappings paused, claims released, intents closed. The status stays with the reason of an
/// uninstall. Answers the sealed access token that went: the newest, also where a renewal stored it a moment
/// ago.
std::optional<byte_string> store_disconnected(db::transaction& tx, organization_id org, integration_id id);

}  // namespace tocsin::integrations
