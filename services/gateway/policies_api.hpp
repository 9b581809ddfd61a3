#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/oncall/policies.hpp>

namespace tocsin::gateway {

/// `policies`, which outlives the rows.
endpoints policy_endpoints(oncall::policies& policies);

}  // namespace tocsin::gateway
