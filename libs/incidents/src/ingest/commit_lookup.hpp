#pragma once

#include "ingest/batch.hpp"

#include <tocsin/db/transaction.hpp>

#include <vector>

namespace tocsin::incidents {

/// Whether a batch is stored whose commit got no answer. The server may still be executing that commit: this
/// waits for the rows that the batch had locked, so that the answer is final. Throws db::unavailable if that
/// takes too long. `results` is what `write_batch` returned.
bool was_stored(
    db::transaction& tx, prepared_batch const& batch, std::vector<delivery_result> const& results
);

}  // namespace tocsin::incidents
