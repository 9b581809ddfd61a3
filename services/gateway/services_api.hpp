#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/identity/service_catalog.hpp>

namespace tocsin::gateway {

/// The services of an organization. `catalog` outlives the endpoints.
endpoints service_endpoints(identity::service_catalog& catalog);

}  // namespace tocsin::gateway
