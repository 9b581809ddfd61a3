#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/config/options.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sentry {

/// This deployment's public integration at Sentry: one registration for all organizations.
struct public_app {
    std::string slug;
    std::string client_id;
    secret client_secret;
    std::optional<secret> previous_client_secret;  ///< accepted for webhooks during a rotation
};

/// This deployment's OAuth application at Sentry.
struct oauth_app {
    std::string client_id;
    secret client_secret;
};

/// The parameters of an OAuth authorization.
struct authorization_request {
    std::string redirect_uri;  ///< exactly as registered; the exchange must send the same text
    secret state;
    std::string code_challenge;  ///< of PKCE, S256
    std::vector<std::string> scopes;
};

/// The page where a person consents. Sentry redirects the browser to `redirect_uri` with `code` and `state`,
/// or with `error` and `state`.
std::string authorize_url(
    config::base_url const& sentry, oauth_app const& app, authorization_request const& request
);

/// The page where a person chooses an organization and installs the app. Sentry returns no state.
std::string external_install_url(config::base_url const& sentry, std::string_view app_slug);

/// The JWT that replaces the client secret in the jwt-bearer grant: HS256 with the secret, iss = sub = client
/// id, valid for 60 seconds from `now`; `jti` must be a new UUID.
secret client_assertion(public_app const& app, timestamp now, uuid const& jti);

}  // namespace tocsin::sentry
