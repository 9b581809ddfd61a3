#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/identity/own_account.hpp>

namespace tocsin::gateway {

/// A person's own sessions, password, and name, and password resets. `account` outlives the endpoints.
endpoints account_endpoints(identity::own_account& account, session_cookie cookie);

}  // namespace tocsin::gateway
