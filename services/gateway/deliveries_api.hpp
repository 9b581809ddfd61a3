#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/incidents/delivery_log.hpp>

namespace tocsin::gateway {

/// The delivery log and the projects that wait for a mapping. `log` outlives the endpoints.
endpoints delivery_endpoints(incidents::delivery_log& log);

}  // namespace tocsin::gateway
