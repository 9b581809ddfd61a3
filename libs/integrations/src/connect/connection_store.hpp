#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/types.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::integrations {

void insert_pending_integration(
    db::transaction& tx, organization_id org, integration_id id, mode m, std::string const& sentry_host
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
/// Claims the Sentry organization and the installation, stores the tokens, and makes the integration
/// `connected`. Returns the sealed access token that was replaced, if any; already_claimed, after which the
/// transaction must be rolled back, if another organization owns one of the two.
result<std::optional<byte_string>> store_connection(
    db::transaction& tx, confirmed_connection const& connection
);

/// A connection whose organization an admin has to choose or confirm.
struct undecided_connection {
    organization_id organization;
    integration_id integration;
    integrations::reason reason = reason::choose_organization;
    std::vector<organization_choice> choices;  ///< one if it only has to be confirmed
    std::string session_hash;                  ///< of the session that may decide; empty for any session
    std::vector<std::string> scopes;
    sealed_credential credential;
};
/// Stores the tokens, which are neither used nor refreshed, and the question. False if the integration is
/// connected, which a question does not change.
bool store_undecided(db::transaction& tx, undecided_connection const& connection);

/// Makes an undecided integration `connected` with its stored tokens. already_claimed, illegal_transition,
/// and forbidden in another session than the one that came back from Sentry, after which the transaction must
/// be rolled back.
result<void> store_decision(
    db::transaction& tx,
    organization_id org,
    integration const& undecided,
    organization_choice const& chosen,
    std::string const& session_hash
);

struct pending_integration {
    organization_id organization;
    integration_id integration;
    integrations::mode mode = mode::public_;
};
/// Up to 100 undecided integrations, across organizations, that have been waiting for longer than `limit`.
std::vector<pending_integration> find_late_decisions(db::transaction& tx, std::chrono::milliseconds limit);
/// Returns the sealed access token that was deleted, if any.
std::optional<byte_string> give_up_decision(db::transaction& tx, pending_integration const& pending);

/// Deletes the tokens, pauses the mappings, releases the claims, closes the connect flows. The status of an
/// uninstalled integration does not change. Returns the sealed access token that was deleted, if any: the
/// latest, even if a refresh has just stored it.
std::optional<byte_string> store_disconnected(db::transaction& tx, organization_id org, integration_id id);

/// Whether the installation still belongs to this integration. If another organization has claimed it, its
/// row is not visible.
bool owns_installation(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    std::string const& sentry_host,
    uuid const& installation
);

/// Whether a signed webhook has named this code for the installation.
bool is_code_of_installation(
    db::transaction& tx, std::string const& sentry_host, uuid const& installation, byte_view code_hash
);

/// Adds to the audit log that a webhook secret was set, without the secret.
void note_webhook_secret(db::transaction& tx, organization_id org, integration_id id);

/// Adds to the audit log of both organizations that a claim was refused.
void note_refused_claim(
    db::transaction& tx,
    std::string const& sentry_host,
    std::string const& sentry_org_id,
    std::optional<uuid> const& installation,
    integration_id id
);

}  // namespace tocsin::integrations
