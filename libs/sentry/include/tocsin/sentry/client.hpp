#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/sentry/api_call.hpp>
#include <tocsin/sentry/app.hpp>
#include <tocsin/sentry/caller.hpp>
#include <tocsin/sentry/failure.hpp>
#include <tocsin/sentry/issue.hpp>
#include <tocsin/sentry/settings.hpp>
#include <tocsin/sentry/types.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sentry {

/// Which issues to list, those seen last first.
struct issue_query {
    std::vector<std::string> project_ids;  ///< empty: all projects that the token can access
    std::string query = "is:unresolved";   ///< in Sentry's search language; empty: all
    std::string cursor;                    ///< of the previous page; empty: the first page
};

struct release_query {
    std::vector<std::string> project_ids;
    std::string version_contains;
    std::string cursor;
};

/// Calls to one Sentry: to the configured host, and, if that is sentry.io, to its regions. Redirects are not
/// followed, and tokens go nowhere else. Must outlive its calls. Belongs to the executor's thread.
class client {
public:
    client(async::executor executor, client_settings settings, clock const& time);
    ~client();

    /// Makes calls for this caller, with the same connections and limits. It must outlive its calls, too.
    client on_behalf_of(caller who) const;
    config::base_url const& base() const noexcept;

    /// Exchanges the code of an installation, which works once.
    async::task<call_result<token_set>> exchange_code(public_app const& app, uuid installation, secret code);
    /// New tokens for an installation that has had some, without its refresh token: by a JWT of the app.
    async::task<call_result<token_set>> refresh_with_jwt(public_app const& app, uuid installation);
    /// New tokens for a refresh token. Sentry rejects the old one from the moment it responded, so a
    /// repetition after a lost response is refused.
    async::task<call_result<token_set>> refresh_with_token(
        public_app const& app, uuid installation, secret refresh_token
    );

    /// Exchanges the code of an OAuth consent. `redirect_uri` must be the one of the authorization request.
    /// Most failures invalidate the code.
    async::task<call_result<token_set>> exchange_oauth_code(
        oauth_app const& app, secret code, std::string redirect_uri, secret code_verifier
    );
    /// New tokens of an OAuth grant. As with `refresh_with_token`, a lost response loses the grant.
    async::task<call_result<token_set>> refresh_oauth(oauth_app const& app, secret refresh_token);
    /// Ends the OAuth grant of an access or refresh token. A grant that has already ended is a success.
    async::task<call_result<void>> revoke_oauth(oauth_app const& app, secret token);

    async::task<call_result<sentry::installation>> find_installation(uuid installation, secret const& token);
    /// Confirms that the installation is complete; idempotent. Sentry sends no webhooks for a pending one.
    async::task<call_result<void>> mark_installed(uuid installation, secret const& token);
    async::task<call_result<organization>> find_organization(
        std::string_view id_or_slug, secret const& token
    );
    /// All organizations that the token's user can access: all pages, merged by id. If the host has regions,
    /// asks those that tokens may go to; a failure of one of them is a failure of the call.
    async::task<call_result<std::vector<organization>>> list_organizations(secret token);
    /// All projects of an organization, named by id or slug: all pages, at most 10,000 projects.
    async::task<call_result<std::vector<project>>> list_projects(std::string organization, secret token);

    async::task<call_result<page<issue>>> list_issues(
        organization_ref organization, issue_query query, secret token
    );
    /// If the issue was merged into another one, the result has another id.
    async::task<call_result<issue>> find_issue(organization_ref organization, std::string id, secret token);
    async::task<call_result<stored_event>> find_event(
        organization_ref organization, std::string issue_id, std::string event_id, secret token
    );
    async::task<call_result<stored_event>> latest_event(
        organization_ref organization, std::string issue_id, secret token
    );
    async::task<call_result<stored_event>> oldest_event(
        organization_ref organization, std::string issue_id, secret token
    );
    async::task<call_result<page<release>>> list_releases(
        organization_ref organization, release_query query, secret token
    );
    async::task<call_result<release>> find_release(
        organization_ref organization, std::string version, secret token
    );
    /// Idempotent. Sentry attributes it to the token's user or app, and refuses it for issues of metric
    /// monitors.
    async::task<call_result<void>> resolve_issue(
        organization_ref organization, std::string issue_id, secret token
    );
    async::task<call_result<void>> unresolve_issue(
        organization_ref organization, std::string issue_id, secret token
    );

    /// A call that others describe. Responses that only the integration can do something about are failures:
    /// 401, 5xx, a missing permission, and whatever does not come from Sentry itself.
    async::task<call_result<api_response>> call(
        organization_ref organization, api_request request, secret token
    );

    struct impl;

private:
    explicit client(std::unique_ptr<impl> from);

    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::sentry
