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
    std::string url;  ///< for people; http(s) only, else empty
    project_ref project;
    std::string release;
    std::int64_t count = 1;
    std::optional<timestamp> first_seen;
    std::optional<timestamp> last_seen;
    std::string assignee;         ///< a name
    std::string resolution_type;  ///< of issue.resolved; empty elsewhere
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
    std::string url;
    std::optional<timestamp> at;
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
