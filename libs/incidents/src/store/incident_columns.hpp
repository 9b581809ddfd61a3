#pragma once

#include <tocsin/db/columns.hpp>
#include <tocsin/incidents/types.hpp>

namespace tocsin::incidents {

/// The columns of tocsin.incidents that deliveries and people change.
inline constexpr auto incident_state_columns = db::columns<incident_state>(
    db::column("service_id", &incident_state::service),
    db::column("status", &incident_state::status, parse_status),
    db::column("severity", &incident_state::severity, parse_severity),
    db::column("severity_pinned", &incident_state::severity_pinned),
    db::column("title_pinned", &incident_state::title_pinned),
    db::column("title", &incident_state::title),
    db::column("culprit", &incident_state::culprit, db::empty_is_null),
    db::column("url", &incident_state::url, db::empty_is_null),
    db::column("short_id", &incident_state::short_id, db::empty_is_null),
    db::column("environment", &incident_state::environment, db::empty_is_null),
    db::column("release", &incident_state::release, db::empty_is_null),
    db::column("level", &incident_state::level, db::empty_is_null),
    db::column("category", &incident_state::category, db::empty_or_longer_is_null(40)),
    db::column("is_test", &incident_state::is_test),
    db::column("description", &incident_state::description, db::empty_is_null),
    db::column("evidence", &incident_state::evidence, db::empty_is_null),
    db::column("assignee", &incident_state::assignee, db::empty_is_null),
    db::column("assignee_pinned", &incident_state::assignee_pinned),
    db::column("sentry_assignee", &incident_state::sentry_assignee, db::empty_is_null),
    db::column("resolved_release", &incident_state::resolved_release, db::empty_is_null),
    db::column("acknowledged_at", &incident_state::acknowledged_at),
    db::column("resolved_at", &incident_state::resolved_at),
    db::column("resolution", &incident_state::resolution, parse_resolution),
    db::column("last_seen_at", &incident_state::last_seen_at),
    db::column("occurrences", &incident_state::occurrences),
    db::column("reopened_count", &incident_state::reopened_count)
);

/// Those that are written once, of whichever type a row has.
template <class Row>
inline constexpr auto incident_origin_columns = db::columns<Row>(
    db::column("number", &Row::number),
    db::column("integration_id", &Row::integration),
    db::column("source_kind", &Row::source_kind),
    db::column("source_id", &Row::source_id),
    db::column("project_id", &Row::project_id, db::empty_or_longer_is_null(64)),
    db::column("project_slug", &Row::project_slug, db::empty_is_null),
    db::column("previous_number", &Row::previous_number)
);

}  // namespace tocsin::incidents
