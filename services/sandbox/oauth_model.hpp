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

/// An application registered for Sentry's OAuth flow. The first one is the one that the command line names.
struct oauth_application {
    std::string client_id;
    secret client_secret;
    std::string name;
    std::vector<std::string> redirect_uris;
    std::vector<std::string> scopes;  ///< the most that an organization-level application may ask for
    bool active = true;               ///< an inactive one gets no codes and no tokens
    bool confidential = true;         ///< a public client's secret is not looked at
    bool organization_level = false;  ///< Sentry's requires_org_level_access: tokens for one organization
    bool prefix_matching = true;      ///< Sentry's version 0: a redirect URI may go on after a registered one
};

/// A code that waits for its exchange.
struct oauth_code {
    std::string code;
    std::string client_id;
    std::string redirect_uri;  ///< as the authorize request named it, else the registered one
    std::string challenge;     ///< empty: the request had none
    std::vector<std::string> scopes;
    std::string organization_id;  ///< of an organization-level application; else empty
    timestamp expires;
};

/// One row of tokens.
struct oauth_token {
    std::int64_t id = 0;
    std::string client_id;
    std::string token;
    std::string refresh_token;  ///< empty: none
    std::vector<std::string> scopes;
    std::string organization_id;  ///< empty: all that the user sees
    std::int64_t family = 0;      ///< rows that followed from one exchange
    bool used = false;            ///< its refresh token was presented, in a family
    timestamp created;
    timestamp expires;
};

/// Values that were handed out, dead or alive: for `/control/state`.
struct issued_oauth_token {
    std::int64_t id = 0;
    std::string client_id;
    std::string token;
    std::string refresh_token;
    timestamp created;
    timestamp expires;
};

/// What this Sentry does with code_challenge: looks at it, is too old to know it, or will have none of it.
enum class pkce_support { verify, ignore, reject };

/// What becomes of the old refresh token.
enum class refresh_style {
    rotate,  ///< the row is updated: both old values are dead at once
    keep,    ///< the old one stays good, and the answer has none
    family   ///< a new row; the old refresh token, presented again, kills all rows of its family
};

/// The OAuth side of Sentry: applications, codes, tokens and the one user's approvals.
struct oauth_world {
    oauth_application* application(std::string_view client_id);
    /// The code of that application.
    oauth_code* code(std::string_view client_id, std::string_view code);
    void burn(std::string_view code);
    oauth_token* by_token(std::string_view token);
    oauth_token* by_refresh_token(std::string_view client_id, std::string_view refresh_token);

    std::string const& add_code(oauth_code draft, timestamp now);
    /// A row without `draft`'s values: they are made here.
    oauth_token& add_token(oauth_token draft, timestamp now);
    /// Does to `of` what the style says and answers with the row that now counts; nothing where the token was
    /// used before, and then its family is gone.
    oauth_token* refresh(oauth_token& of, timestamp now);
    void remove(std::int64_t token_id);
    /// Removes what Sentry's clean-up removes: rows that expired thirty days ago.
    void purge(timestamp now);

    std::deque<oauth_application> applications;
    std::deque<oauth_code> codes;
    std::deque<oauth_token> tokens;
    std::deque<issued_oauth_token> issued;                               ///< the last hundred
    std::map<std::string, std::set<std::string>, std::less<>> approved;  ///< client id -> scopes
    std::optional<std::vector<std::string>> user_organizations;          ///< slugs; nothing: all there are
    pkce_support pkce = pkce_support::verify;
    refresh_style style = refresh_style::rotate;
    std::chrono::seconds token_lifetime = std::chrono::days(30);

private:
    void note(oauth_token const& what);

    std::int64_t next_row_ = 1'042;
};

/// Whether Sentry would redirect there: equal after normalising, a loopback address with any port where the
/// registered one names none, or, with `prefix_matching`, a text that goes on after a registered one.
bool is_registered(oauth_application const& app, std::string_view redirect_uri);

/// True for each scope that Sentry knows.
bool is_known_scope(std::string_view scope);

}  // namespace tocsin::sandbox
