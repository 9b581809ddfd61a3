#pragma once

#include "gateway/change_feed.hpp"
#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/identity/accounts.hpp>

namespace tocsin::gateway {

/// GET events: the changes of an organization as server-sent events, as long as the caller may see it. `feed`
/// and `accounts` outlive the endpoint.
endpoints event_endpoints(change_feed& feed, identity::accounts& accounts, session_cookie cookie);

}  // namespace tocsin::gateway
