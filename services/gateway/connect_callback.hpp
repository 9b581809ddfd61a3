#pragma once

#include "gateway/credentials.hpp"

#include <tocsin/http/server.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/integrations/connect.hpp>

namespace tocsin::gateway {

/// GET /oauth/sentry/callback: where Sentry sends the browser back. Always answers 303 to a page of the
/// console that carries neither code nor state; what went wrong is told there. The parts outlive the route.
http::route connect_callback_route(
    identity::accounts& accounts, integrations::connect& connect, session_cookie cookie
);

}  // namespace tocsin::gateway
