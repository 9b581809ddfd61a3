#pragma once

#include "service/incident_reader.hpp"

#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/incident_service.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace tocsin::incidents {

/// What a person changes: the new state, and the entries that describe the change.
struct person_change {
    incident_state state;
    std::vector<timeline_item> entries = {};
};

/// Locks an incident, asks `decide` for the change, and writes it as deliveries are written. Returns the
/// incident afterwards.
result<incident> change_incident(
    db::transaction& tx,
    organization_id org,
    std::int64_t number,
    actor const& who,
    std::function<result<person_change>(incident const&)> const& decide
);

/// Appends entries to the timeline of an incident and notifies consoles.
void append_entries(
    db::transaction& tx,
    organization_id org,
    std::int64_t number,
    actor const& who,
    std::vector<timeline_item> const& entries
);

}  // namespace tocsin::incidents
