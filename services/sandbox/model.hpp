#pragma once

#include "load.hpp"
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

/// An integration registered with Sentry. The first one of the state is the one that the command line names;
/// others exist so that tests can mix up their credentials.
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
    bool internal = false;  ///< of one organization, made installed there: no consent, no codes, no retries
};

struct organization {
    std::string id;  ///< decimal text: ids exceed what a double holds
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
    std::int64_t issues = 0;  ///< made so far; numbers the short ids
    std::vector<std::string> former_slugs = {};
};

enum class issue_status { unresolved, resolved, ignored };
std::string_view to_string(issue_status status) noexcept;

struct person {
    std::string type = "user";  ///< user, team
    std::string id = "1";
    std::string name = "Demo User";
    std::string email = "demo.user@example.com";
};

struct stored_event {
    std::string id;  ///< 32 hex
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
    std::string substatus;  ///< empty: null
    std::optional<person> assigned_to;
    std::int64_t count = 0;
    std::int64_t comments = 0;
    timestamp first_seen;
    timestamp last_seen;
    std::vector<stored_event> events;  ///< in the order in which they came; never empty
    bool metric_monitor = false;       ///< of a monitor, which alone resolves it

    /// The two halves of "TypeError: text"; the type is `Error` where the title has no colon.
    std::string_view exception_type() const noexcept;
    std::string_view exception_value() const noexcept;
};

struct access_token {
    std::int64_t id = 0;  ///< of the row: a new one at each renewal
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
    std::string code;  ///< of the grant; empty once exchanged
    timestamp code_expires;
    std::optional<access_token> token;
    std::string lasting_token;  ///< of an internal integration: never expires; empty: none
};

/// Lower-case hex of that many random bytes.
std::string random_hex(std::size_t bytes);

/// What tests and people may change while the stand-in runs.
struct switches {
    bool published = false;  ///< published apps' webhooks are retried
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
    std::optional<uuid> next_installation;  ///< the next installation's UUID
    std::optional<std::string> region_url;  ///< of every organization; nothing: the sandbox's own
    std::int64_t rate_limit = 0;            ///< API requests in one second; 0: no limit, as self-hosted
};

/// Everything the stand-in knows. Plain data with the changes that Sentry's own models would make; no I/O.
class state {
public:
    state(clock const& time, application first);

    /// The machine's time moved on by what `/control/clock` asked for.
    timestamp now() const noexcept { return time_->now() + offset_; }
    timestamp unmoved_now() const noexcept { return time_->now(); }
    void advance(std::chrono::seconds by) noexcept { offset_ += by; }
    std::chrono::microseconds offset() const noexcept { return offset_; }

    application& main_application() { return applications.front(); }
    application* application_by_slug(std::string_view slug);
    application* application_by_client_id(std::string_view client_id);
    application& application_of(installation const& of);
    organization* organization_by(std::string_view id_or_slug);
    organization& organization_of(installation const& of) { return *organization_by(of.organization_id); }
    project* project_by(organization const& within, std::string_view id_or_slug);
    project* project_by_former_slug(organization const& within, std::string_view slug);
    project& project_of(issue const& of);
    /// A merged issue's id is the surviving one's.
    issue* issue_by(std::string_view id_or_short_id);
    installation* installation_by(uuid const& id);
    installation* installation_of(application const& app, organization const& on);
    installation* installation_by_token(std::string_view token);

    result<organization*> add_organization(std::string slug, std::string name, std::string id);
    result<project*> add_project(
        organization const& to, std::string slug, std::string name, std::string id, std::string platform
    );
    result<issue*> add_issue(project& to, issue draft);
    /// The events and the names of `from` go over; `from` is gone. errc::invalid between projects.
    result<issue*> merge(issue const& from, issue& into);
    /// The old slug leads to the new one.
    result<void> rename(project& what, std::string slug);
    result<application*> add_application(application draft);
    /// errc::conflict where that app is on that organization already, or the UUID is taken.
    result<installation*> install(application const& app, organization const& on, std::optional<uuid> id);
    /// An application that one organization made for itself, and its installation.
    result<installation*> add_internal_integration(
        application draft, organization const& on, std::string token
    );
    /// An internal integration's application goes with it.
    void remove(installation const& what);
    /// Replaces the installation's token: the old pair is dead from here on.
    access_token const& renew_token(installation& of);

    /// An id of Sentry's size, larger than 2^53, as text.
    std::string next_id();

    std::deque<application> applications;
    std::deque<organization> organizations;
    std::deque<project> projects;
    std::deque<issue> issues;
    std::deque<installation> installations;
    std::map<std::string, std::string, std::less<>> merged;  ///< id or short id -> the surviving issue's id
    std::map<std::string, timestamp> seen_jwts;              ///< jti -> its expiry
    /// Refresh tokens and codes of gone installations are simply unknown, as at Sentry.
    switches set;
    oauth_world oauth;
    std::map<std::string, std::map<std::string, std::int64_t>>
        token_calls;                                ///< grant -> "201" or the error's text -> count
    std::map<std::string, std::int64_t> api_calls;  ///< area -> count
    std::map<std::string, load> loads;              ///< area -> how hard it is called
    struct window {
        std::int64_t second = 0;
        std::int64_t requests = 0;
    };
    std::map<std::string, window> windows;  ///< rate limiter: whose token -> requests of the last second

private:
    clock const* time_;
    std::chrono::microseconds offset_{};
    std::int64_t next_id_ = 4'509'877'862'268'928;
    std::int64_t next_token_row_ = 38;
};

/// `northwind` and `empire-state`, each with projects and an issue or two.
void add_demo(state& to);

}  // namespace tocsin::sandbox
