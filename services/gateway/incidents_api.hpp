#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/incidents/board.hpp>

namespace tocsin::gateway {

/// Incidents and their timelines. `board` outlives the endpoints.
endpoints incident_endpoints(incidents::board& board);

}  // namespace tocsin::gateway
