#pragma once

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
    std::string sentry_host;
    std::chrono::milliseconds lifetime;
    intent_purpose purpose = intent_purpose::connect;
    bool allow_other = false;  ///< a reconnect may lead to another Sentry organization
};

/// Opens an intent, for a connect with a new pending integration. False where the organization has too many
/// open intents.
bool open_intent(db::transaction& tx, new_intent const& what);

struct open_intent_key {
    organization_id organization;
    uuid flow;
};
/// The open intents of a browser, newest first, whatever their organization.
std::vector<open_intent_key> find_intents(db::transaction& tx, std::string const& binding_hash);

struct consumed_intent {
    integration_id integration;
    std::optional<user_id> user;
    std::string session_hash;
    std::string organization_slug;
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
    uuid installation;
    sentry_organization sentry_org;
    std::vector<std::string> scopes;
    sealed_credential credential;
};
/// Claims the installation and its Sentry organization and makes the integration `connected`. Throws
/// `failure` (already_claimed), which undoes the transaction, where somebody else has one of them.
void store_connection(db::transaction& tx, confirmed_connection const& what);

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
/// uninstall.
void store_disconnected(db::transaction& tx, organization_id org, integration_id id);

void store_told_installed(db::transaction& tx, organization_id org, integration_id id);

}  // namespace tocsin::integrations
