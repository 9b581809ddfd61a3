#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/identity/members.hpp>

namespace tocsin::gateway {

/// Who belongs to an organization, and as what. `members` outlives the endpoints.
endpoints member_endpoints(identity::members& members);

}  // namespace tocsin::gateway
