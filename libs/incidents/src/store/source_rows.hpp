#pragma once

#include "store/source_state.hpp"

#include <tocsin/db/transaction.hpp>

#include <vector>

namespace tocsin::incidents {

// Locks last until the end of the transaction, and are taken in the order of the keys, which are sorted.

/// Locks the counters of the sources' organizations, as a transaction that opens incidents does.
void lock_counters(db::transaction& tx, std::vector<source_key> const& keys);
/// Locks the rows of these sources, which are inserted if missing, and then their incidents.
void lock_sources(db::transaction& tx, std::vector<source_key> const& keys);

/// In the order of the keys.
std::vector<source_state> read_sources(db::transaction& tx, std::vector<source_key> const& keys);

/// A source to write, of the caller's key and state.
struct source_write {
    source_key const* key;
    source_state const* state;
};
/// Of sources that had a row. Throws version_conflict.
void update_sources(db::transaction& tx, std::vector<source_write> const& all);
/// Of those that had none. Throws constraint_violation where one has a row by now.
void insert_sources(db::transaction& tx, std::vector<source_write> const& all);

}  // namespace tocsin::incidents
