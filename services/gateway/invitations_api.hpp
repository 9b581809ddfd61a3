#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/config/options.hpp>
#include <tocsin/identity/invitations.hpp>
#include <tocsin/mail/mailer.hpp>

namespace tocsin::gateway {

/// Inviting people, and accepting. All parts outlive the endpoints.
endpoints invitation_endpoints(
    identity::invitations& invitations,
    identity::accounts& accounts,
    session_cookie cookie,
    config::base_url const& public_url,
    mail::mailer* mailer  ///< nothing: links are passed on by hand
);

}  // namespace tocsin::gateway
