#pragma once

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
std::string_view to_string(outcome o) noexcept;
std::optional<outcome> parse_outcome(std::string_view text) noexcept;

enum class status { open, acknowledged, resolved };
std::string_view to_string(status s) noexcept;
std::optional<status> parse_status(std::string_view text) noexcept;

/// In rising order.
enum class severity { info, warning, error, critical };
std::string_view to_string(severity s) noexcept;
std::optional<severity> parse_severity(std::string_view text) noexcept;

/// How an incident ended.
enum class resolution { sentry, archived, person };
std::string_view to_string(resolution r) noexcept;
std::optional<resolution> parse_resolution(std::string_view text) noexcept;

/// Incidents that a person opens are `manual`: they have no source at Sentry.
enum class source_kind { issue, metric_alert, manual };
std::string_view to_string(source_kind k) noexcept;

/// What an incident is about at Sentry; at most one incident of a source is unresolved.
struct source {
    source_kind kind = source_kind::issue;
    std::string id;
};

enum class actor_kind { user, sentry, system };
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
    std::string assignee;
    std::optional<timestamp> acknowledged_at;
    std::optional<timestamp> resolved_at;
    std::optional<incidents::resolution> resolution;
    timestamp last_seen_at;
    std::int64_t occurrences = 1;
    int reopened_count = 0;

    friend bool operator==(incident_state const&, incident_state const&) = default;
};

}  // namespace tocsin::incidents
