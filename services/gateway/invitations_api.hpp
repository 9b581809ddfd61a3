#pragma once

#include "gateway/credentials.hpp"
#include "gateway/endpoint.hpp"

#include <tocsin/config/options.hpp>
#include <tocsin/identity/invitations.hpp>
#include <tocsin/mail/mailer.hpp>

namespace tocsin::gateway {

/// Creating and accepting invitations. All parts outlive the endpoints.
endpoints invitation_endpoints(
    identity::invitations& invitations,
    identity::accounts& accounts,
    session_cookie cookie,
    config::base_url const& public_url,
    mail::mailer* mailer  ///< null: the inviting person passes links on
);

}  // namespace tocsin::gateway
