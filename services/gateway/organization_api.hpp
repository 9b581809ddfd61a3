#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/db/pool.hpp>

namespace tocsin::gateway {

/// The settings of an organization. The pool's role is tocsin_gateway, and it outlives the endpoints.
endpoints organization_endpoints(db::pool& gateway);

}  // namespace tocsin::gateway
