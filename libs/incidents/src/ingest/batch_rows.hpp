#pragma once

#include "ingest/batch.hpp"
#include "ingest/receivers.hpp"
#include "store/delivery_rows.hpp"
#include "store/incident_rows.hpp"
#include "store/source_state.hpp"

#include <string>

namespace tocsin::incidents {

/// The row of a delivery before its outcome is known. It refers to `prepared`.
new_delivery row_of(prepared_delivery const& prepared, receiver const& target);
void set_outcome(new_delivery& row, prepared_delivery const& prepared, outcome result, std::string rule);

/// The row of an incident that `delivery` opened. It refers to `key` and `incident`.
new_incident new_row_of(
    source_key const& key, tracked_incident const& incident, new_delivery const& delivery
);

/// Who changes incidents by this webhook.
actor actor_of(sentry::webhook const& webhook);

}  // namespace tocsin::incidents
