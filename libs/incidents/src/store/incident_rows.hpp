#pragma once

#include "store/row_version.hpp"

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/types.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::incidents {

/// An incident to insert. `source_id` and `state` belong to the caller.
struct new_incident {
    organization_id organization;
    std::int64_t number = 0;
    std::optional<integration_id> integration = {};
    incidents::source_kind source_kind = source_kind::manual;
    std::optional<std::string_view> source_id = {};
    std::string project_id = {};
    std::string project_slug = {};
    std::optional<std::int64_t> previous_number = {};
    incident_state const* state = nullptr;
};

/// A new state of an incident that was read. `state` belongs to the caller.
struct incident_change {
    organization_id organization;
    std::int64_t number = 0;
    row_version seen;
    incident_state const* state = nullptr;
};

// Rows are locked and written in the order that they are given.

void insert_incidents(db::transaction& tx, std::vector<new_incident> const& all);
/// Writes the whole state. Throws version_conflict.
void update_incidents(db::transaction& tx, std::vector<incident_change> const& all);
/// Writes `occurrences` and `last_seen_at` only: what most deliveries change. Throws version_conflict.
void repeat_incidents(db::transaction& tx, std::vector<incident_change> const& all);

/// How many incidents an organization opens, or its last number.
using incident_counts = std::map<organization_id, std::int64_t>;
/// Takes the next numbers of each organization, and returns its last one.
incident_counts take_numbers(db::transaction& tx, incident_counts const& wanted);

}  // namespace tocsin::incidents
