#pragma once

#include <tocsin/base/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::sentry {

/// A Sentry project as webhooks and responses name it: some contain only the id, some only the slug.
struct project_ref {
    std::string id;
    std::string slug;
    std::string name;
};

/// The state of an issue in a webhook or a response.
struct issue {
    std::string id;
    std::string short_id;
    std::string title;
    std::string culprit;
    std::string level;
    std::string status;  ///< unresolved, resolved, ignored
    std::string substatus;
    std::string url;       ///< for people; http(s) only, else empty
    std::string category;  ///< error, outage, metric, feedback, performance, and what Sentry adds
    std::string message;   ///< of feedback
    project_ref project;
    std::string release;
    std::int64_t count = 1;
    std::optional<timestamp> first_seen;
    std::optional<timestamp> last_seen;
    std::string assignee;          ///< a name
    std::string assignee_email;    ///< of a person; Sentry may keep it to itself
    bool names_assignee = false;   ///< without one, the issue is not assigned
    std::string resolution_type;   ///< of issue.resolved; empty elsewhere
    std::string resolved_release;  ///< in which it was resolved
    std::string resolved_commit;   ///< by which it was resolved
    /// Of its newest event. Sentry's own webhooks and responses about issues do not contain it.
    std::optional<std::string> environment;
    bool is_environment_unreadable = false;  ///< it was to be read from Sentry, and cannot be
    /// Why it no longer exists in Sentry ("merged into SHOP-5 in Sentry"). Only Tocsin writes it, about an
    /// issue that it could not read; else empty.
    std::string end = {};
};

/// An event of an issue in a webhook or a response.
struct event {
    std::string event_id;
    std::string issue_id;
    project_ref project;
    std::string title;
    std::string culprit;
    std::string level;
    std::string environment;
    std::string release;
    std::string url;  ///< of the issue
    std::optional<timestamp> at;
    std::string category = {};                                       ///< as that of the issue
    std::string message = {};                                        ///< of feedback
    std::vector<std::pair<std::string, std::string>> evidence = {};  ///< names and values, the important ones
};

/// An event in the REST API, with its exception.
struct stored_event : event {
    std::string exception_type;                             ///< of the outermost exception, not of its causes
    std::string exception_value;                            ///< at most 2000 bytes
    std::vector<std::pair<std::string, std::string>> tags;  ///< at most 50, in Sentry's order
};

struct release {
    std::string version;        ///< the full name: "frontend@1.0.0+45"
    std::string short_version;  ///< for people
    std::string url;            ///< for people; http(s) only, else empty
    std::optional<timestamp> created_at;
    std::optional<timestamp> released_at;
    std::vector<project_ref> projects;
};

}  // namespace tocsin::sentry
