#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/incidents/delivery_log.hpp>
#include <tocsin/incidents/replay.hpp>

namespace tocsin::gateway {

/// The delivery log, replays, and unmapped projects. `log` and `replay` outlive the endpoints.
endpoints delivery_endpoints(incidents::delivery_log& log, incidents::replay& replay);

}  // namespace tocsin::gateway
