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

/// This deployment's public integration at Sentry: one registration, shared by all organizations.
struct public_app {
    std::string slug;
    std::string client_id;
    secret client_secret;
    std::optional<secret> previous_client_secret;  ///< accepted for webhooks while a rotation is under way
};

/// This deployment's OAuth application at Sentry.
struct oauth_app {
    std::string client_id;
    secret client_secret;
};

/// What a browser asks Sentry to consent to.
struct authorization_request {
    std::string redirect_uri;  ///< exactly as registered; the exchange must send the very same text
    secret state;
    std::string code_challenge;  ///< of PKCE, S256
    std::vector<std::string> scopes;
};

/// Where a browser goes to consent: Sentry sends it back to `redirect_uri` with `code` and `state`, or with
/// `error` and `state`.
std::string authorize_url(
    config::base_url const& sentry, oauth_app const& app, authorization_request const& what
);

/// Where a browser goes to install the app: Sentry lets the person pick the organization. Sentry hands no
/// state back.
std::string external_install_url(config::base_url const& sentry, std::string_view app_slug);

/// The JWT that stands for the client secret in the jwt-bearer grant: HS256 over the secret, iss = sub =
/// client id, valid for 60 seconds from `now`, `jti` a fresh UUID.
secret client_assertion(public_app const& app, timestamp now, uuid const& jti);

}  // namespace tocsin::sentry
