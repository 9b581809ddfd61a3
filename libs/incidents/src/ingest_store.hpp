#pragma once

#include "ingest_fold.hpp"

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

/// What a batch read was changed by another transaction before the batch wrote it: run again behind locks, it
/// sees that. As after a constraint that another's row violates, nothing is written and the connection is
/// well.
struct overtaken : db::constraint_violation {
    explicit overtaken(std::string const& what) : db::constraint_violation(what, {}) {}
};

/// In the order in which sources are locked and written.
struct source_key {
    organization_id organization;
    integration_id integration;
    source_kind kind = source_kind::issue;
    std::string id;
    friend auto operator<=>(source_key const&, source_key const&) = default;
};

/// Locks the counters of the sources' organizations, as whoever opens incidents of them does.
void lock_counters(db::transaction& tx, std::vector<source_key> const& keys);
/// Locks the rows of these sources (made where missing) and then their incidents until the end of the
/// transaction. The keys are sorted.
void lock_sources(db::transaction& tx, std::vector<source_key> const& keys);
/// Tells what is known of these sources, in the order of the keys.
std::vector<source_story> read_sources_of(db::transaction& tx, std::vector<source_key> const& keys);

/// An event of an integration that has had its effect.
struct event_key {
    organization_id organization;
    integration_id integration;
    crypto::sha256_digest event;
    friend auto operator<=>(event_key const&, event_key const&) = default;
};
using applied_events = std::map<event_key, delivery_id>;
applied_events find_events(db::transaction& tx, std::vector<event_key> const& keys);

/// Takes the next numbers of the organizations, as many as each wants; the last number of each.
std::map<organization_id, std::int64_t> take_numbers(
    db::transaction& tx, std::map<organization_id, std::int64_t> const& wanted
);

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

struct source_write {
    source_key const& key;
    source_story const& story;
};
/// Of those that were there. Throws `overtaken`.
void update_sources(db::transaction& tx, std::vector<source_write> const& all);
/// Of those that were not. Throws constraint_violation where one is there by now.
void insert_sources(db::transaction& tx, std::vector<source_write> const& all);
void insert_events(db::transaction& tx, std::vector<std::pair<event_key, delivery_id>> const& all);

std::optional<accepted> find_delivery(
    db::transaction& tx, organization_id of, integration_id from, delivery_id id
);

}  // namespace tocsin::incidents
