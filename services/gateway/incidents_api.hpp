#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/incidents/incident_service.hpp>

namespace tocsin::gateway {

/// Incidents and their timelines. `incidents` outlives the endpoints.
endpoints incident_endpoints(incidents::incident_service& incidents);

}  // namespace tocsin::gateway
