#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/identity/accounts.hpp>

namespace tocsin::gateway {

/// Signing in and out, who is signed in, and one's organizations. `accounts` outlives the endpoints.
endpoints session_endpoints(identity::accounts& accounts, session_cookie cookie);

/// What is answered wherever a session begins or is asked for: the person and the own organizations.
http::response session_answer(
    identity::principal const& who, std::vector<identity::membership> const& organizations
);
/// The request's side of signing in: address, browser and device, without credentials.
identity::sign_in_attempt attempt_of(http::request const& request, session_cookie const& cookie);
/// The cookies of a session that has begun.
void hand_out(http::response& answer, identity::signed_in const& to, session_cookie const& cookie);

}  // namespace tocsin::gateway
