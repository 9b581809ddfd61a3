#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/grants/approvals.hpp>

namespace tocsin::gateway {

/// `approvals`. `approvals` outlives the rows.
endpoints approval_endpoints(grants::approvals& approvals);

}  // namespace tocsin::gateway
