#pragma once

#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/integrations/types.hpp>

#include <optional>
#include <string>

namespace tocsin::incidents {

/// The integration that a webhook is for.
struct receiving_integration {
    organization_id organization;
    integration_id integration;
    integrations::mode mode = integrations::mode::public_;
    bool silenced = false;  ///< disconnected by an admin or uninstalled: webhooks have no effect
    std::string reason;
};
std::optional<receiving_integration> find_receiver(db::transaction& tx, arrival const& what);

/// Keeps of the code only its hash: it proves later that a code belongs to this installation.
void remember_unclaimed(
    db::transaction& tx,
    std::string const& sentry_host,
    uuid const& installation,
    sentry::installation_change const& what
);
/// Tokens gone, status disconnected, reason uninstalled.
void uninstall(db::transaction& tx, receiving_integration const& of);

timestamp current_time(db::transaction& tx);

/// Locks the source's row (made where missing) until the end of the transaction, and tells what was applied
/// to it.
struct locked_source {
    source_memory memory;
    std::optional<delivery_id> last_delivery;
};
locked_source lock_source(
    db::transaction& tx,
    receiving_integration const& of,
    source const& what,
    crypto::sha256_digest const& body,
    std::optional<crypto::sha256_digest> const& event
);

routing find_routing(db::transaction& tx, receiving_integration const& of, sentry::webhook const& hook);
/// The incident of a source that is not resolved, else its newest; locked.
std::optional<known_incident> find_newest(
    db::transaction& tx, receiving_integration const& of, source const& what
);

/// Writes the change and its timeline; the number of the incident concerned, if any.
std::optional<std::int64_t> write_change(
    db::transaction& tx,
    receiving_integration const& of,
    source const& what,
    arrival const& from,
    routing const& where,
    std::optional<known_incident> const& known,
    decision const& made,
    delivery_id delivery
);
void remember(
    db::transaction& tx,
    receiving_integration const& of,
    source const& what,
    decision const& made,
    crypto::sha256_digest const& body,
    std::optional<crypto::sha256_digest> const& event,
    std::optional<timestamp> event_at,
    delivery_id delivery
);

struct delivery_record {
    delivery_id id;
    incidents::outcome outcome;
    std::string rule;
    std::optional<source> about;
    std::optional<std::int64_t> incident;
    std::optional<delivery_id> duplicate_of;
};
void write_delivery(
    db::transaction& tx,
    receiving_integration const& of,
    arrival const& from,
    delivery_record const& what,
    crypto::sha256_digest const& body
);

std::optional<accepted> find_delivery(db::transaction& tx, receiving_integration const& of, delivery_id id);

}  // namespace tocsin::incidents
