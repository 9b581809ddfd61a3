#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/identity/accounts.hpp>

namespace tocsin::gateway {

/// Signing in and out, who is signed in, and one's organizations. `accounts` outlives the endpoints.
endpoints session_endpoints(identity::accounts& accounts, session_cookie cookie);

}  // namespace tocsin::gateway
