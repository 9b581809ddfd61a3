#pragma once

#include "ingest_batch.hpp"

#include <tocsin/db/transaction.hpp>

#include <vector>

namespace tocsin::incidents {

/// Whether a batch is in the database whose commit got no answer; `results` is what `write_batch` made of it.
/// The server may still be at that commit: this waits for what the batch had locked, so that the answer
/// holds. Throws db::unavailable where that takes too long.
bool was_stored(
    db::transaction& tx,
    std::vector<batched_delivery const*> const& batch,
    std::vector<written> const& results
);

}  // namespace tocsin::incidents
