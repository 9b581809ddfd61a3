#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/identity/accounts.hpp>

#include <vector>

namespace tocsin::gateway {

/// Signing in and out, the signed-in user, and the user's organizations. `accounts` outlives the endpoints.
endpoints session_endpoints(identity::accounts& accounts, session_cookie cookie);

/// The user and the user's organizations: the response wherever a session begins or is read.
http::response session_response(
    identity::principal const& principal, std::vector<identity::membership> const& organizations
);
/// What a request says about a sign-in: address, browser, and device, without credentials.
identity::sign_in_attempt sign_in_attempt_from(http::request const& request, session_cookie const& cookie);
/// Adds the cookies of a new session.
void set_session_cookies(
    http::response& response, identity::signed_in const& session, session_cookie const& cookie
);

}  // namespace tocsin::gateway
