#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/integrations/mappings.hpp>

namespace tocsin::gateway {

/// Sentry's projects beside the services they are mapped to. `mappings` outlives the endpoints.
endpoints mapping_endpoints(integrations::mappings& mappings);

}  // namespace tocsin::gateway
