#pragma once

#include "gateway/credentials.hpp"

#include <tocsin/http/server.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/integrations/connect.hpp>

namespace tocsin::gateway {

/// GET /oauth/sentry/callback, to which Sentry sends the browser back. The response is always a 303 to a page
/// of the console, without code and state; that page explains a failure. The parts outlive the route.
http::route connect_callback_route(
    identity::accounts& accounts, integrations::connect& connect, session_cookie cookie
);

}  // namespace tocsin::gateway
