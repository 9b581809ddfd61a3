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

/// The last resolution: of this incident before it was reopened, or of the previous incident of its source.
struct past_resolution {
    std::int64_t number = 0;  ///< of the incident
    timestamp at;
    std::string by;
    std::string note;
    std::string release;  ///< of the newest event until then; empty if it is no longer known
};

struct incident {
    std::int64_t number = 0;
    incident_state state;
    std::string service_slug;
    std::string service_name;
    std::optional<integration_id> integration;
    std::string source_kind;  ///< issue, metric_alert, or manual
    std::optional<std::string> source_id;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;
    timestamp opened_at;
    std::optional<std::int64_t> previous_number;
    std::int64_t version = 1;
    std::optional<past_resolution> last_resolution = {};  ///< filled by `find` only
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

/// Empty members do not filter.
struct incident_filter {
    std::vector<std::string> statuses;
    std::vector<std::string> severities;
    std::vector<std::string> services;  ///< slugs
    std::optional<integration_id> integration;
    std::optional<std::string> assignee;
    bool unassigned = false;
    std::optional<std::string> query;    ///< as typed: words, `#42`, ids of Sentry, or a pasted link
    std::optional<timestamp> since;      ///< opened at or after
    std::optional<timestamp> until;      ///< opened before
    std::optional<std::int64_t> before;  ///< number: the key of the page, newest first
    std::int64_t limit = 50;
};

/// Members without a value stay as they are. A severity or title set here is pinned: deliveries no longer
/// change it.
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

/// The incidents that were opened in a period.
struct incident_summary {
    struct day {
        std::string date;  ///< UTC, YYYY-MM-DD
        std::int64_t opened = 0;
        std::int64_t resolved = 0;
    };
    struct per_service {
        service_id service;
        std::string slug;
        std::string name;
        std::int64_t opened = 0;
        std::int64_t still_open = 0;
        /// Medians in seconds, from opening to the current acknowledgement and resolution.
        std::optional<std::int64_t> acknowledged_after;
        std::optional<std::int64_t> resolved_after;
    };
    timestamp since;
    timestamp until;
    std::vector<day> days;              ///< every day of the period
    std::vector<per_service> services;  ///< those with incidents, most first
};

/// What people do with incidents.
class incident_service {
public:
    incident_service(db::pool& pool, observe::metrics& metrics) : pool_(pool), metrics_(metrics) {}

    async::task<std::vector<incident>> list(organization_id org, incident_filter filter);
    async::task<result<incident>> find(organization_id org, std::int64_t number);
    /// Of incidents opened at or after `since` and before `until`: the last 30 days by default, at most a
    /// year.
    async::task<result<incident_summary>> summarize(
        organization_id org, std::optional<timestamp> since, std::optional<timestamp> until
    );
    /// Entries with an id greater than `after`, oldest first.
    async::task<result<std::vector<timeline_entry>>> timeline(
        organization_id org, std::int64_t number, std::int64_t after, std::int64_t limit
    );

    // Each returns the incident afterwards. A change that already holds succeeds without an effect.
    async::task<result<incident>> act(
        organization_id org,
        std::int64_t number,
        person_action action,
        actor who,
        std::optional<std::string> note
    );
    /// `assignee` is the e-mail address of a member, or nothing to unassign.
    async::task<result<incident>> assign(
        organization_id org,
        std::int64_t number,
        std::optional<std::string> assignee,
        actor who,
        std::optional<std::string> note
    );
    async::task<result<incident>> edit(
        organization_id org, std::int64_t number, incident_edit edit, actor who
    );
    async::task<result<incident>> open(organization_id org, manual_incident wanted, actor who);
    async::task<result<timeline_entry>> add_note(
        organization_id org, std::int64_t number, actor who, std::string text
    );

private:
    db::pool& pool_;
    observe::metrics& metrics_;
};

}  // namespace tocsin::incidents
