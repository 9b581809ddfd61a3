#pragma once

#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/types.hpp>

#include <cstdint>
#include <optional>

namespace tocsin::incidents {

/// The columns that `read_state` needs, for the select lists of incidents.
#define TOCSIN_INCIDENT_STATE_COLUMNS                                                                  \
    "i.status, i.severity, i.severity_pinned, i.title_pinned, i.title, i.culprit, i.url, i.short_id, " \
    "i.environment, "                                                                                  \
    "i.release, i.level, "                                                                             \
    "i.assignee, i.acknowledged_at, i.resolved_at, i.resolution, i.last_seen_at, i.occurrences, "      \
    "i.reopened_count"

incident_state read_state(db::row const& row);
/// Writes every part of the state that its story may have changed; unchanged values keep the update
/// heap-only.
void write_state(db::transaction& tx, organization_id org, std::int64_t number, incident_state const& state);
/// Also tells that the incident changed: whatever a person does to one is in its timeline.
void append_timeline(
    db::transaction& tx,
    organization_id org,
    std::int64_t number,
    timeline_item const& item,
    actor const& by,
    std::optional<delivery_id> delivery
);

}  // namespace tocsin::incidents
