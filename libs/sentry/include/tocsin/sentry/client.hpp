#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/http/client.hpp>
#include <tocsin/sentry/app.hpp>
#include <tocsin/sentry/failure.hpp>
#include <tocsin/sentry/issue.hpp>
#include <tocsin/sentry/regions.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::sentry {

/// What a grant yields. The old pair is dead at Sentry from the moment it answered.
struct token_set {
    secret access_token;
    std::optional<secret> refresh_token;
    std::optional<timestamp> expires_at;
    std::vector<std::string> scopes;
    std::string organization_id;  ///< Sentry's, for a token that is bound to one; else empty
};

struct organization {
    std::string id;  ///< Sentry's number as text; empty where the answer had none
    std::string slug;
    std::string name;      ///< empty where the answer had none
    std::string region{};  ///< where its data lives: one of `sentrys_regions`; empty: not told, or elsewhere
};

enum class installation_status { pending, installed, other };

struct installation {
    uuid id;
    std::string app_slug;
    sentry::organization organization;
    installation_status status = installation_status::other;
};

struct project {
    std::string id;
    std::string slug;
    std::string name;
    std::string platform;
};

/// An organization as calls name it: the id outlives a change of the slug.
struct organization_ref {
    std::string id_or_slug;
    std::string region{};  ///< as `organization::region` had it: saves Sentry a hop; empty is right, too
};

/// Which issues to list, those seen last first.
struct issue_query {
    std::vector<std::string> project_ids;  ///< empty: of all projects that the token may see
    std::string query = "is:unresolved";   ///< in Sentry's search language; empty: all
    std::string cursor;                    ///< of the page before; empty: the first page
};

struct release_query {
    std::vector<std::string> project_ids;
    std::string version_contains;
    std::string cursor;
};

/// Up to a hundred items, and the cursor of those after them, if any.
template <class T>
struct page {
    std::vector<T> items;
    std::optional<std::string> next;
};

struct client_settings {
    /// The operator's choice, so it may be any host, also one of a private network or by plain http. Regions,
    /// which answers name, are called at public addresses only.
    config::base_url sentry;
    std::chrono::milliseconds timeout{25'000};  ///< of one call, everything included
    std::string ca_file;                        ///< a private CA beside the system's; for self-hosted Sentry
    std::string user_agent;
    /// Of each host, at once and per second; a call waits for its turn within its own timeout. Sentry's
    /// service allows a token 25 calls at once and 40 in a second, which an organization's integrations
    /// share: a burst and what follows it within a second stay at 40. After a 429 the host has a pause.
    int max_calls = 16;
    int calls_per_second = 20;
    int burst = 20;
};

/// Calls to one Sentry: to the configured host, and where that is sentry.io to its regions. Redirects are
/// never followed and tokens go nowhere else. Must outlive its calls. Belongs to the executor's thread.
class client {
public:
    client(async::executor on, client_settings settings, clock const& time);
    ~client();

    config::base_url const& base() const noexcept { return settings_.sentry; }

    /// Exchanges the code of an installation; `app` authenticates in the JSON body. A code works once.
    async::task<call_result<token_set>> exchange_code(public_app const& app, uuid installation, secret code);
    /// A new pair for an installation that has had one, without its refresh token. `app` authenticates by a
    /// JWT.
    async::task<call_result<token_set>> refresh_with_jwt(public_app const& app, uuid installation);

    /// A new pair for its refresh token. The old refresh token is dead at Sentry from the moment it answered:
    /// a repetition after an answer that was lost is refused.
    async::task<call_result<token_set>> refresh_with_token(
        public_app const& app, uuid installation, secret refresh_token
    );

    /// Exchanges the code of an OAuth consent. `redirect_uri` as in the authorize request, to the letter.
    /// Most failures burn the code.
    async::task<call_result<token_set>> exchange_oauth_code(
        oauth_app const& app, secret code, std::string redirect_uri, secret code_verifier
    );
    /// A new pair of an OAuth grant. As with `refresh_with_token`, a lost answer loses the grant.
    async::task<call_result<token_set>> refresh_oauth(oauth_app const& app, secret refresh_token);
    /// Ends an OAuth grant, named by its access or refresh token; one that is already gone is a success.
    async::task<call_result<void>> revoke_oauth(oauth_app const& app, secret token);

    async::task<call_result<sentry::installation>> find_installation(uuid installation, secret const& token);
    /// Tells Sentry that the installation is complete; idempotent. Webhooks of a pending installation are not
    /// sent.
    async::task<call_result<void>> mark_installed(uuid installation, secret const& token);
    async::task<call_result<sentry::organization>> find_organization(
        std::string_view slug, secret const& token
    );
    /// All organizations that the token's user may see, every page, merged by id. Where the host has regions,
    /// those that tokens may go to are asked, and one that fails makes the whole call fail.
    async::task<call_result<std::vector<sentry::organization>>> list_organizations(secret token);
    /// All projects of an organization, every page (at most 10,000 projects).
    async::task<call_result<std::vector<project>>> list_projects(std::string organization_slug, secret token);

    async::task<call_result<page<issue>>> list_issues(organization_ref where, issue_query what, secret token);
    /// The id of what comes differs from `id` where the issue was merged into another.
    async::task<call_result<issue>> find_issue(organization_ref where, std::string id, secret token);
    async::task<call_result<stored_event>> find_event(
        organization_ref where, std::string issue_id, std::string event_id, secret token
    );
    async::task<call_result<stored_event>> latest_event(
        organization_ref where, std::string issue_id, secret token
    );
    async::task<call_result<stored_event>> oldest_event(
        organization_ref where, std::string issue_id, secret token
    );
    async::task<call_result<page<release>>> list_releases(
        organization_ref where, release_query what, secret token
    );
    async::task<call_result<release>> find_release(organization_ref where, std::string version, secret token);
    /// Idempotent, and as the token's user or app. Sentry refuses it for issues of metric monitors.
    async::task<call_result<void>> resolve_issue(organization_ref where, std::string issue_id, secret token);
    async::task<call_result<void>> unresolve_issue(
        organization_ref where, std::string issue_id, secret token
    );

private:
    async::task<call_result<void>> set_status(
        organization_ref where, std::string issue_id, std::string_view status, secret token
    );
    struct host;
    host& host_of(std::string const& region);
    /// To the organization's region where tokens may go there, else to the configured host.
    async::task<call_result<http::answer>> send(organization_ref const& where, http::client_request request);
    async::task<call_result<http::answer>> send(http::client_request request);
    async::task<call_result<http::answer>> send(host& to, http::client_request request);
    template <class T>
    async::task<call_result<T>> get_one(
        organization_ref where, std::string path, secret token, call_result<T> (*decode)(std::string_view)
    );
    template <class T>
    async::task<call_result<page<T>>> get_page(
        organization_ref where,
        std::string path,
        std::vector<std::pair<std::string, std::string>> query,
        secret token,
        call_result<std::vector<T>> (*decode)(std::string_view)
    );
    template <class T>
    async::task<call_result<std::vector<T>>> all_pages(
        host& of, std::string path, secret token, call_result<std::vector<T>> (*decode)(std::string_view)
    );
    async::task<call_result<http::answer>> send_oauth(
        std::string_view endpoint, oauth_app const& app, std::vector<std::pair<std::string, std::string>> form
    );

    async::executor on_;
    client_settings settings_;
    clock const& time_;
    std::map<std::string, std::unique_ptr<host>> hosts_;  ///< by base URL, made when they are first called
};

/// The decoders of Sentry's answers, apart from the calls so that tests and fuzzers reach them.
call_result<token_set> decode_token_set(std::string_view body, timestamp now);
/// Of the OAuth token endpoint: snake case, a relative lifetime, scopes in one text.
call_result<token_set> decode_oauth_token_set(std::string_view body, timestamp now);
call_result<installation> decode_installation(std::string_view body);
call_result<organization> decode_organization(std::string_view body);
call_result<std::vector<organization>> decode_organizations(std::string_view body);
call_result<std::vector<project>> decode_projects(std::string_view body);
/// The base URLs that the answer of users/me/regions/ names, as they stand.
call_result<std::vector<std::string>> decode_regions(std::string_view body);
call_result<issue> decode_issue(std::string_view body);
call_result<std::vector<issue>> decode_issues(std::string_view body);
call_result<stored_event> decode_event(std::string_view body);
call_result<release> decode_release(std::string_view body);
call_result<std::vector<release>> decode_releases(std::string_view body);
/// The cursor of the next page in a Link header; nothing on the last page.
std::optional<std::string> next_cursor(std::string_view link_header);
/// Sorts an answer that is no success.
call_failure classify(http::answer const& answer, timestamp now);

}  // namespace tocsin::sentry
