#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/identity/audit_log.hpp>

namespace tocsin::gateway {

/// The audit log of an organization, in pages and as a file. `log` outlives the endpoints.
endpoints audit_endpoints(identity::audit_log& log);

}  // namespace tocsin::gateway
