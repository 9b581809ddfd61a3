#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/integrations/mappings.hpp>

namespace tocsin::gateway {

/// Sentry's projects and their mappings to services. `mappings` outlives the endpoints.
endpoints mapping_endpoints(integrations::mappings& mappings);

}  // namespace tocsin::gateway
