#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/observe/metrics.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// How it ended the last time: of this incident before it was reopened, or of the one before it.
struct past_resolution {
    std::int64_t number = 0;
    timestamp at;
    std::string by;
    std::string note;
    std::string release;  ///< in which it had been seen until then; empty where that is not known any more
};

struct incident {
    std::int64_t number = 0;
    incident_state state;
    service_id service;
    std::string service_slug;
    std::string service_name;
    std::optional<integration_id> integration;
    std::string source_kind;  ///< issue, metric_alert, manual
    std::optional<std::string> source_id;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;
    timestamp opened_at;
    std::optional<std::int64_t> previous_number;
    std::int64_t version = 1;
    std::optional<past_resolution> last_resolution = {};  ///< told by `find` alone
};

struct timeline_entry {
    std::int64_t id = 0;
    timestamp at;
    std::string kind;
    std::string actor_type;
    std::string actor_name;
    std::optional<std::string> from;
    std::optional<std::string> to;
    std::optional<std::string> text;
    std::optional<delivery_id> delivery;
};

/// What a list is narrowed to; empty = not narrowed.
struct incident_filter {
    std::vector<std::string> statuses;
    std::vector<std::string> severities;
    std::vector<std::string> services;  ///< slugs
    std::optional<integration_id> integration;
    std::optional<std::string> assignee;
    bool unassigned = false;             ///< only those that nobody has
    std::optional<std::string> query;    ///< beginnings of words, all of them; `#42` is a number
    std::optional<timestamp> since;      ///< opened at or after
    std::optional<timestamp> until;      ///< opened before
    std::optional<std::int64_t> before;  ///< number: the page's key, newest first
    std::int64_t limit = 50;
};

/// What a person sets right: what is nothing stays. A severity set here is pinned: automation leaves it
/// alone.
struct incident_edit {
    std::optional<incidents::severity> severity;
    std::optional<std::string> title;
    std::optional<service_id> service;
};

/// An incident that a person opens, without Sentry.
struct manual_incident {
    std::string title;
    service_id service;
    incidents::severity severity = severity::error;
    std::optional<std::string> note;
};

/// What a period was like; incidents count from when they were opened.
struct incident_summary {
    struct day {
        std::string date;  ///< of UTC, YYYY-MM-DD
        std::int64_t opened = 0;
        std::int64_t resolved = 0;
    };
    struct per_service {
        service_id service;
        std::string slug;
        std::string name;
        std::int64_t opened = 0;
        std::int64_t still_open = 0;
        /// From opening to the acknowledgement and to the resolution that hold now; medians, in seconds.
        std::optional<std::int64_t> acknowledged_after;
        std::optional<std::int64_t> resolved_after;
    };
    timestamp since;
    timestamp until;
    std::vector<day> days;              ///< each of the period, also those without an incident
    std::vector<per_service> services;  ///< those with incidents, most first
};

/// Incidents as people see and handle them.
class board {
public:
    board(db::pool& pool, observe::metrics& metrics) : pool_(pool), metrics_(metrics) {}

    async::task<std::vector<incident>> list(organization_id org, incident_filter filter);
    async::task<result<incident>> find(organization_id org, std::int64_t number);
    /// Of incidents opened at or after `since` and before `until`: the last 30 days unless told otherwise, a
    /// year at most.
    async::task<result<incident_summary>> summarize(
        organization_id org, std::optional<timestamp> since, std::optional<timestamp> until
    );
    /// Oldest first, at most 1,000 entries after `after`.
    async::task<result<std::vector<timeline_entry>>> timeline(
        organization_id org, std::int64_t number, std::int64_t after, std::int64_t limit
    );
    /// Acknowledge, resolve, reopen, with an optional note; the incident afterwards. What holds already is a
    /// success without a change.
    async::task<result<incident>> act(
        organization_id org,
        std::int64_t number,
        person_action action,
        actor by,
        std::optional<std::string> note
    );
    /// `assignee`: the e-mail address of a member, or nothing to take it from whoever has it.
    async::task<result<incident>> assign(
        organization_id org,
        std::int64_t number,
        std::optional<std::string> assignee,
        actor by,
        std::optional<std::string> note
    );
    async::task<result<incident>> edit(organization_id org, std::int64_t number, incident_edit how, actor by);
    async::task<result<incident>> open(organization_id org, manual_incident what, actor by);
    async::task<result<timeline_entry>> add_note(
        organization_id org, std::int64_t number, actor by, std::string text
    );

private:
    db::pool& pool_;
    observe::metrics& metrics_;
};

}  // namespace tocsin::incidents
