#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/identity/own_account.hpp>

namespace tocsin::gateway {

/// The own account: sessions, password, name; and a password that was forgotten. `account` outlives the
/// endpoints.
endpoints account_endpoints(identity::own_account& account, session_cookie cookie);

}  // namespace tocsin::gateway
