#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sandbox {

/// An application registered for Sentry's OAuth flow. The first one comes from the command line.
struct oauth_application {
    std::string client_id;
    secret client_secret;
    std::string name;
    std::vector<std::string> redirect_uris;
    std::vector<std::string> scopes;  ///< the scopes that an organization-level application may request
    bool active = true;               ///< an inactive application gets no codes or tokens
    bool confidential = true;         ///< the secret of a public client is not checked
    bool organization_level = false;  ///< Sentry's requires_org_level_access: tokens for one organization
    bool prefix_matching = true;      ///< Sentry's version 0: a redirect URI may extend a registered one
};

/// A code that was not exchanged yet.
struct oauth_code {
    std::string code;
    std::string client_id;
    std::string redirect_uri;  ///< of the authorize request, or else the registered one
    std::string challenge;     ///< empty: none
    std::vector<std::string> scopes;
    std::string organization_id;  ///< of an organization-level application, or else empty
    timestamp expires;
};

/// A row with an access token and a refresh token.
struct oauth_token {
    std::int64_t id = 0;
    std::string client_id;
    std::string token;
    std::string refresh_token;  ///< empty: none
    std::vector<std::string> scopes;
    std::string organization_id;  ///< empty: all organizations of the user
    std::int64_t family = 0;      ///< rows that originate from the same exchange
    bool used = false;            ///< its refresh token was used, in a family
    timestamp created;
    timestamp expires;
};

/// Issued tokens, valid or not, for `/control/state`.
struct issued_oauth_token {
    std::int64_t id = 0;
    std::string client_id;
    std::string token;
    std::string refresh_token;
    timestamp created;
    timestamp expires;
};

/// How this Sentry handles `code_challenge`: an old version ignores it; `reject` refuses requests with it.
enum class pkce_support { verify, ignore, reject };

/// How a refresh affects the old refresh token.
enum class refresh_style {
    rotate,  ///< the row is updated; both old tokens are invalid at once
    keep,    ///< the old refresh token stays valid, and the response has none
    family   ///< a new row; reusing the old refresh token removes all rows of its family
};

/// Sentry's OAuth state: applications, codes, tokens, and the approvals of the only user.
struct oauth_state {
    oauth_application* application(std::string_view client_id);
    oauth_code* code(std::string_view client_id, std::string_view code);
    void remove_code(std::string_view code);
    oauth_token* by_token(std::string_view token);
    oauth_token* by_refresh_token(std::string_view client_id, std::string_view refresh_token);

    std::string const& add_code(oauth_code draft, timestamp now);
    /// Generates the tokens and times of `draft`.
    oauth_token& add_token(oauth_token draft, timestamp now);
    /// Refreshes according to the style and returns the valid row; null if the refresh token was used before,
    /// which removes its family.
    oauth_token* refresh(oauth_token& row, timestamp now);
    void remove(std::int64_t row_id);
    /// Removes rows that expired thirty days ago, as Sentry's cleanup does.
    void purge(timestamp now);

    std::deque<oauth_application> applications;
    std::deque<oauth_code> codes;
    std::deque<oauth_token> tokens;
    std::deque<issued_oauth_token> issued;                               ///< the last 100
    std::map<std::string, std::set<std::string>, std::less<>> approved;  ///< client id -> scopes
    std::optional<std::vector<std::string>> user_organizations;          ///< slugs; default: all
    pkce_support pkce = pkce_support::verify;
    refresh_style style = refresh_style::rotate;
    std::chrono::seconds token_lifetime = std::chrono::days(30);

private:
    void record_issued(oauth_token const& row);

    std::int64_t next_row_ = 1'042;
};

/// True if Sentry would redirect there: the URI equals a registered one after normalization, is a loopback
/// address with any port if the registered one has none, or, with `prefix_matching`, extends a registered
/// one.
bool is_registered(oauth_application const& app, std::string_view redirect_uri);

bool is_known_scope(std::string_view scope);
std::string join_scopes(std::vector<std::string> const& scopes);

}  // namespace tocsin::sandbox
