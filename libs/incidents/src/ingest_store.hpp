#pragma once

#include "ingest_fold.hpp"
#include "ingest_sources.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/integrations/types.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

// The statements of a batch. Each takes and answers whole columns, so that their number does not depend on
// how many deliveries share the transaction; those that lock or write rows do so in the order that they are
// given.

std::optional<std::string> text_or_null(std::string const& text);
/// An identifier of Sentry's fit for a column of 64 bytes; odd ones are shown nowhere and match nothing.
std::optional<std::string> short_id_or_null(std::string const& text);
/// The place in its column of the key that a row answers: the row's `nth` counts from 1.
std::size_t place_of(db::row const& row);

/// Whom a delivery is for, as the key that verified lets it say: an installation of the app's, or the
/// integration whose own key it was.
struct receiver_key {
    std::string sentry_host;
    uuid installation;
    organization_id own_organization{};  ///< nil: the installation says whose it is
    integration_id own_integration{};
    friend auto operator<=>(receiver_key const&, receiver_key const&) = default;
};

/// The integration that a delivery is for.
struct receiving_integration {
    organization_id organization;
    integration_id integration;
    integrations::mode mode = integrations::mode::public_;
    bool silenced = false;  ///< disconnected by an admin or uninstalled: webhooks have no effect
    std::string reason;
};
struct found_receivers {
    std::vector<std::optional<receiving_integration>> of;  ///< in the order of the keys
    timestamp now;                                         ///< the transaction's
};
/// `keys` is not empty.
found_receivers find_receivers(db::transaction& tx, std::vector<receiver_key> const& keys);

/// Keeps of the code only its hash: it proves later that a code belongs to this installation.
void remember_unclaimed(db::transaction& tx, receiver_key const& of, sentry::installation_change const& what);
/// Tokens gone, status disconnected, reason uninstalled.
void uninstall(db::transaction& tx, receiving_integration const& of);

/// Takes the next numbers of the organizations, as many as each wants; the last number of each.
std::map<organization_id, std::int64_t> take_numbers(
    db::transaction& tx, std::map<organization_id, std::int64_t> const& wanted
);

/// Locks the counters of the sources' organizations, as whoever opens incidents of them does.
void lock_counters(db::transaction& tx, std::vector<source_key> const& keys);

struct delivery_record {
    delivery_id id;
    receiving_integration of;
    arrival const& from;
    crypto::sha256_digest const& body;
    incidents::outcome outcome = outcome::inactive;
    std::string rule;
    std::optional<source> about = {};
    std::optional<std::int64_t> incident = {};
    std::optional<delivery_id> duplicate_of = {};
};
void write_deliveries(db::transaction& tx, std::vector<delivery_record const*> const& all);

/// An incident that a batch opened or changed.
struct incident_write {
    organization_id organization;
    integration_id integration;
    source_key const& about;
    tracked_incident const& what;
    service_id service;           ///< of one that is opened
    sentry::project_ref project;  ///< too
};
void insert_incidents(db::transaction& tx, std::vector<incident_write> const& all);
/// Throws `overtaken`, as all that write what was read before.
void update_incidents(db::transaction& tx, std::vector<incident_write> const& all);
/// Writes occurrences and last_seen_at alone.
void repeat_incidents(db::transaction& tx, std::vector<incident_write> const& all);

struct timeline_write {
    organization_id organization;
    std::int64_t incident = 0;
    timeline_item const& item;
    actor by;
    delivery_id delivery;
};
void append_timelines(db::transaction& tx, std::vector<timeline_write> const& all);

std::optional<accepted> find_delivery(
    db::transaction& tx, organization_id of, integration_id from, delivery_id id
);

}  // namespace tocsin::incidents
