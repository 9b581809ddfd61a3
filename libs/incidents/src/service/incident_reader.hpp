#pragma once

#include "store/incident_columns.hpp"

#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/incident_service.hpp>

#include <cstdint>

namespace tocsin::incidents {

inline constexpr auto incident_columns = db::columns<incident>(
    incident_origin_columns<incident>,
    db::column("opened_at", &incident::opened_at),
    db::column("version", &incident::version),
    db::within<incident>(&incident::state, incident_state_columns)
);

/// Selects what `read_incident` reads; `$1` is the organization, `i` the table.
inline constexpr auto select_incidents =
    "select i.ctid as place, s.slug as service_slug, s.name as service_name, " +
    names(incident_columns, "i") +
    R"(,
              (select p.slug from tocsin.sentry_projects p
                where p.organization_id = i.organization_id and p.integration_id = i.integration_id and p.project_id = i.project_id)
              as current_project_slug
         from tocsin.incidents i
         join tocsin.services s on s.organization_id = i.organization_id and s.service_id = i.service_id
        where i.organization_id = $1)";
incident read_incident(db::row const& row);

result<incident> find_incident(db::transaction& tx, organization_id org, std::int64_t number);

/// By the clock of the rows, when this transaction began.
timestamp database_now(db::transaction& tx);

}  // namespace tocsin::incidents
