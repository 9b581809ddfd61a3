#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::incidents {

/// What a delivery did.
enum class outcome {
    opened,
    reopened,
    updated,
    resolved,
    duplicate,
    stale,
    unmapped,
    inactive,
    filtered,
    ignored,
    unreadable
};
inline constexpr enum_names<outcome, 11> outcome_names{{
    {outcome::opened, "opened"},
    {outcome::reopened, "reopened"},
    {outcome::updated, "updated"},
    {outcome::resolved, "resolved"},
    {outcome::duplicate, "duplicate"},
    {outcome::stale, "stale"},
    {outcome::unmapped, "unmapped"},
    {outcome::inactive, "inactive"},
    {outcome::filtered, "filtered"},
    {outcome::ignored, "ignored"},
    {outcome::unreadable, "unreadable"},
}};
std::string_view to_string(outcome o) noexcept;
std::optional<outcome> parse_outcome(std::string_view text) noexcept;

enum class status { open, acknowledged, resolved };
inline constexpr enum_names<status, 3> status_names{
    {{status::open, "open"}, {status::acknowledged, "acknowledged"}, {status::resolved, "resolved"}}
};
std::string_view to_string(status s) noexcept;
std::optional<status> parse_status(std::string_view text) noexcept;

/// In rising order.
enum class severity { info, warning, error, critical };
inline constexpr enum_names<severity, 4> severity_names{{
    {severity::info, "info"},
    {severity::warning, "warning"},
    {severity::error, "error"},
    {severity::critical, "critical"},
}};
std::string_view to_string(severity s) noexcept;
std::optional<severity> parse_severity(std::string_view text) noexcept;

/// How an incident ended.
enum class resolution { sentry, archived, person };
inline constexpr enum_names<resolution, 3> resolution_names{{
    {resolution::sentry, "sentry"},
    {resolution::archived, "archived"},
    {resolution::person, "person"},
}};
std::string_view to_string(resolution r) noexcept;
std::optional<resolution> parse_resolution(std::string_view text) noexcept;

/// Incidents that a person opens are `manual`: they have no source at Sentry.
enum class source_kind { issue, metric_alert, manual };
inline constexpr enum_names<source_kind, 3> source_names{{
    {source_kind::issue, "issue"},
    {source_kind::metric_alert, "metric_alert"},
    {source_kind::manual, "manual"},
}};
std::string_view to_string(source_kind k) noexcept;

/// What an incident is about at Sentry; at most one incident of a source is unresolved.
struct source {
    source_kind kind = source_kind::issue;
    std::string id;
};

enum class actor_kind { user, sentry, system };
inline constexpr enum_names<actor_kind, 3> actor_names{
    {{actor_kind::user, "user"}, {actor_kind::sentry, "sentry"}, {actor_kind::system, "system"}}
};
std::string_view to_string(actor_kind k) noexcept;

struct actor {
    actor_kind kind = actor_kind::system;
    std::string name;
    std::optional<user_id> user;
};

enum class entry_kind {
    opened,
    updated,
    acknowledged,
    unacknowledged,
    resolved,
    reopened,
    noted,
    severity_changed,
    assigned,
    alert_attached,
    archived,
    event_counted,
    commented
};
inline constexpr enum_names<entry_kind, 13> entry_names{{
    {entry_kind::opened, "opened"},
    {entry_kind::updated, "updated"},
    {entry_kind::acknowledged, "acknowledged"},
    {entry_kind::unacknowledged, "unacknowledged"},
    {entry_kind::resolved, "resolved"},
    {entry_kind::reopened, "reopened"},
    {entry_kind::noted, "noted"},
    {entry_kind::severity_changed, "severity_changed"},
    {entry_kind::assigned, "assigned"},
    {entry_kind::alert_attached, "alert_attached"},
    {entry_kind::archived, "archived"},
    {entry_kind::event_counted, "event_counted"},
    {entry_kind::commented, "commented"},
}};
std::string_view to_string(entry_kind k) noexcept;

/// An entry of a timeline, without its incident, actor, and time.
struct timeline_item {
    entry_kind kind;
    std::string from = {};
    std::string to = {};
    std::string text = {};
};

/// The part of an incident that deliveries and people change.
struct incident_state {
    service_id service = {};
    incidents::status status = status::open;
    incidents::severity severity = severity::error;
    bool severity_pinned = false;  ///< a person set it: deliveries no longer change it
    bool title_pinned = false;     ///< the same
    std::string title;
    std::string culprit;
    std::string url;
    std::string short_id;
    std::string environment;
    std::string release;
    std::string level;
    std::string category;          ///< of the source: error, outage, metric, feedback, performance, ...
    bool is_test = false;          ///< a test notification, which pages no other people
    std::string description;       ///< the monitor's words, or the message of user feedback
    std::string evidence;          ///< what Sentry marks as important: a JSON array of names and values
    std::string assignee;          ///< e-mail address of a member
    bool assignee_pinned = false;  ///< a person chose: deliveries no longer change it
    std::string sentry_assignee;   ///< a name: the assignee in Sentry
    std::string resolved_release;  ///< in which Sentry last resolved it; stays when it is reopened
    std::optional<timestamp> acknowledged_at;
    std::optional<timestamp> resolved_at;
    std::optional<incidents::resolution> resolution;
    timestamp last_seen_at;
    std::int64_t occurrences = 1;
    int reopened_count = 0;

    friend bool operator==(incident_state const&, incident_state const&) = default;
};

}  // namespace tocsin::incidents
