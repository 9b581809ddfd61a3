#pragma once

#include "ingest/batch.hpp"
#include "ingest/receivers.hpp"
#include "store/delivery_rows.hpp"

#include <string>

namespace tocsin::incidents {

/// The row of a delivery before its outcome is known. It refers to `prepared`.
new_delivery row_of(prepared_delivery const& prepared, receiver const& target);
void set_outcome(new_delivery& row, prepared_delivery const& prepared, outcome result, std::string rule);

/// Who changes incidents by this webhook.
actor actor_of(sentry::webhook const& webhook);

}  // namespace tocsin::incidents
