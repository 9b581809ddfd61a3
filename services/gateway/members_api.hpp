#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/identity/members.hpp>

namespace tocsin::gateway {

/// The members of an organization and their roles. `members` outlives the endpoints.
endpoints member_endpoints(identity::members& members);

}  // namespace tocsin::gateway
