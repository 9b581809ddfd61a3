#pragma once

#include "ingest_fold.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/types.hpp>

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::incidents {

// What ingest remembers of sources and events: the statements that lock, read and write it.

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

/// Throws `overtaken` unless as many rows were written as were read.
void expect_written(std::size_t written, std::size_t wanted);

/// Locks the rows of these sources (made where missing) and then their incidents until the end of the
/// transaction. The keys are sorted.
void lock_sources(db::transaction& tx, std::vector<source_key> const& keys);
/// Tells what is known of these sources, in the order of the keys.
std::vector<source_story> read_sources_of(db::transaction& tx, std::vector<source_key> const& keys);

struct source_write {
    source_key const& key;
    source_story const& story;
};
/// Of those that were there. Throws `overtaken`.
void update_sources(db::transaction& tx, std::vector<source_write> const& all);
/// Of those that were not. Throws constraint_violation where one is there by now.
void insert_sources(db::transaction& tx, std::vector<source_write> const& all);

/// An event of an integration that has had its effect.
struct event_key {
    organization_id organization;
    integration_id integration;
    crypto::sha256_digest event;
    friend auto operator<=>(event_key const&, event_key const&) = default;
};
using applied_events = std::map<event_key, delivery_id>;
applied_events find_events(db::transaction& tx, std::vector<event_key> const& keys);
void insert_events(db::transaction& tx, std::vector<std::pair<event_key, delivery_id>> const& all);

}  // namespace tocsin::incidents
