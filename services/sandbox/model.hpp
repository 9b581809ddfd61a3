#pragma once

#include "load_counter.hpp"
#include "oauth_model.hpp"

#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sandbox {

/// An integration registered with Sentry. The state's first application comes from the command line; tests
/// can add others.
struct application {
    std::int64_t id = 0;
    uuid public_id;
    std::string slug;
    std::string name;
    std::string client_id;
    secret client_secret;
    std::string redirect_url;
    std::string webhook_url;
    std::vector<std::string> scopes;         ///< sorted, as Sentry lists them
    std::vector<std::string> subscriptions;  ///< resources: issue, error, comment
    bool internal = false;  ///< created and installed by an organization: no consent, no codes, no retries
};

struct organization {
    std::string id;  ///< decimal text, because ids exceed the precision of a double
    std::string slug;
    std::string name;
    timestamp created;
};

struct project {
    std::string id;
    std::string slug;
    std::string name;
    std::string platform;
    std::string organization_id;
    timestamp created;
    std::int64_t issues = 0;  ///< created so far; the last number of the short ids
    std::vector<std::string> former_slugs = {};
};

/// What an issue is about. `occurrences.hpp` has Sentry's names.
enum class issue_kind { error, performance, uptime, cron, feedback, metric, test };

/// What an occurrence shows.
struct evidence {
    std::string name;
    std::string value;
    bool important = false;
};

enum class issue_status { unresolved, resolved, ignored };
std::string_view to_string(issue_status status) noexcept;

struct person {
    std::string type = "user";  ///< user, team
    std::string id = "1";
    std::string name = "Demo User";
    std::string email = "demo.user@example.com";
};

/// How an issue was resolved.
struct resolution {
    std::string type = "now";  ///< now, in_release, in_next_release, in_commit, autoresolve, ...
    std::string release;       ///< of in_release; may be empty, like `commit`
    std::string commit;        ///< of in_commit
};

struct stored_event {
    std::string id;  ///< 32 hex digits
    timestamp at;
    std::string environment;  ///< may be empty, like `release`
    std::string release;
    std::string level;
    std::string message;  ///< empty: the issue's title
};

struct issue {
    std::string id;
    std::string short_id;
    std::string project_id;
    std::string organization_id;
    std::string title;
    std::string culprit;
    std::string level;
    std::string environment;  ///< may be empty, like `release`
    std::string release;
    issue_status status = issue_status::unresolved;
    std::string substatus;   ///< empty: null
    resolution resolved_by;  ///< of a resolved issue
    std::optional<person> assigned_to;
    std::int64_t count = 0;
    std::int64_t comments = 0;
    timestamp first_seen;
    timestamp last_seen;
    std::vector<stored_event> events;  ///< in order of arrival; never empty
    issue_kind kind = issue_kind::error;
    std::vector<sandbox::evidence> evidence;  ///< of an occurrence
    std::map<std::int64_t, timestamp> comment_times;

    /// The parts of a title "TypeError: text"; without a colon, the type is `Error`.
    std::string_view exception_type() const noexcept;
    std::string_view exception_value() const noexcept;
};

struct access_token {
    std::int64_t id = 0;  ///< of the row; new at each refresh
    std::string token;
    std::string refresh_token;
    timestamp created;
    timestamp expires;
};

enum class installation_status { pending, installed };
std::string_view to_string(installation_status status) noexcept;

struct installation {
    uuid id;
    std::int64_t application_id = 0;
    std::string organization_id;
    installation_status status = installation_status::pending;
    std::string code;  ///< empty after its exchange
    timestamp code_expires;
    std::optional<access_token> token;
    std::string permanent_token;  ///< of an internal integration; does not expire; empty: none
};

/// Random bytes as lowercase hex.
std::string random_hex(std::size_t bytes);

/// Settings that can be changed through the control API.
struct behavior_settings {
    bool published = false;  ///< webhooks of a published app are retried
    bool verify_install = true;
    bool jwt_grant_enabled = true;
    std::chrono::seconds token_lifetime{8 * 3600};
    std::chrono::milliseconds retry_delay{300'000};
    std::chrono::milliseconds webhook_timeout{1'000};
    enum class announcement {
        after_redirect,
        before_redirect,
        never
    } installation_created = announcement::after_redirect;
    std::optional<uuid> next_installation;  ///< UUID of the next installation
    std::optional<std::string> region_url;  ///< of every organization; default: the base URL
    bool hold_webhooks = false;             ///< they wait, as in a queue that lags, until they are released
    std::int64_t rate_limit = 0;  ///< API requests per second; 0: no limit, as in self-hosted Sentry
};

/// The state of the stand-in, with the operations of Sentry's models. No I/O.
class sentry_state {
public:
    sentry_state(clock const& time, application main_application);

    /// The machine's time plus the offset of `/control/clock`.
    timestamp now() const noexcept { return time_->now() + offset_; }
    timestamp real_now() const noexcept { return time_->now(); }
    void advance(std::chrono::seconds duration) noexcept { offset_ += duration; }
    std::chrono::microseconds offset() const noexcept { return offset_; }

    application& main_application() { return applications.front(); }
    application* application_by_slug(std::string_view slug);
    application* application_by_client_id(std::string_view client_id);
    application& application_of(installation const& installation);
    organization* organization_by(std::string_view id_or_slug);
    organization& organization_of(sandbox::installation const& installation) {
        return *organization_by(installation.organization_id);
    }
    project* project_by(organization const& org, std::string_view id_or_slug);
    project* project_by_former_slug(organization const& org, std::string_view slug);
    project& project_of(issue const& issue);
    /// The id of a merged issue finds the issue that it was merged into.
    issue* issue_by(std::string_view id_or_short_id);
    installation* installation_by(uuid const& id);
    installation* installation_of(application const& app, organization const& org);
    installation* installation_by_token(std::string_view token);

    result<organization*> add_organization(std::string slug, std::string name, std::string id);
    result<project*> add_project(
        organization const& org, std::string slug, std::string name, std::string id, std::string platform
    );
    result<issue*> add_issue(project& project, issue draft);
    /// Moves the events and ids of `source` to `target` and removes `source`. errc::invalid if the projects
    /// differ.
    result<issue*> merge(issue const& source, issue& target);
    /// The issue and its events are gone, as are the ids of issues that were merged into it.
    void remove(issue const& issue);
    /// The former slug redirects to the new one, until another project takes it.
    result<void> rename(project& project, std::string slug);
    /// The former slug is unknown afterwards, and free for another organization.
    result<void> rename(organization& org, std::string slug);
    result<application*> add_application(application draft);
    /// errc::conflict if the app is already installed there, or the UUID is in use.
    result<installation*> install(application const& app, organization const& org, std::optional<uuid> id);
    /// Adds an internal application and its installation.
    result<installation*> add_internal_integration(
        application draft, organization const& org, std::string token
    );
    /// Also removes the application of an internal integration.
    void remove(installation const& installation);
    /// Replaces the installation's tokens, which become invalid at once.
    access_token const& replace_token(installation& installation);

    /// An id as large as Sentry's, beyond 2^53, as text.
    std::string next_id();

    std::deque<application> applications;
    std::deque<organization> organizations;
    std::deque<project> projects;
    std::deque<issue> issues;
    std::deque<installation> installations;
    std::map<std::string, std::string, std::less<>> merged;  ///< id or short id -> id of the target issue
    std::map<std::string, timestamp> seen_jwts;              ///< jti -> its expiry
    behavior_settings behavior;
    oauth_state oauth;
    std::map<std::string, std::map<std::string, std::int64_t>> token_calls;  ///< grant -> status -> count
    std::map<std::string, std::int64_t> api_calls;                           ///< area -> count
    std::map<std::string, load_counter> loads;                               ///< by area
    struct window {
        std::int64_t second = 0;
        std::int64_t requests = 0;
    };
    std::map<std::string, window> windows;  ///< of the rate limiter: bucket -> requests in the current second

private:
    clock const* time_;
    std::chrono::microseconds offset_{};
    std::int64_t next_id_ = 4'509'877'862'268'928;
    std::int64_t next_token_row_ = 38;
};

/// Adds `northwind` and `empire-state`, with projects and a few issues.
void add_demo_data(sentry_state& state);

}  // namespace tocsin::sandbox
