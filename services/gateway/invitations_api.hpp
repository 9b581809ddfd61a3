#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/config/options.hpp>
#include <tocsin/identity/invitations.hpp>

namespace tocsin::gateway {

/// Inviting people, and accepting. All parts outlive the endpoints.
endpoints invitation_endpoints(
    identity::invitations& invitations,
    identity::accounts& accounts,
    session_cookie cookie,
    config::base_url const& public_url
);

}  // namespace tocsin::gateway
