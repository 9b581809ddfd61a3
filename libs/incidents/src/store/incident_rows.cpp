#include "store/incident_rows.hpp"

#include "store/incident_columns.hpp"

namespace tocsin::incidents {

namespace {

constexpr auto insert_columns = db::columns<new_incident>(
    db::column("organization_id", &new_incident::organization),
    incident_origin_columns<new_incident>,
    db::within<new_incident>(&new_incident::state, incident_state_columns)
);
constexpr auto insert_text =
    db::insert_into("tocsin.incidents", insert_columns, {{"opened_at", "tocsin.now()"}});
constexpr db::statement insert{"insert_incidents", insert_text.c_str()};

// The place finds the row without an index.
constexpr auto seen_columns = db::columns<incident_change>(
    db::column("ctid", [](incident_change const& change) { return change.seen.place; }),
    db::column("version", [](incident_change const& change) { return change.seen.version; })
);
constexpr auto key_columns = db::columns<incident_change>(
    db::column("organization_id", &incident_change::organization),
    db::column("number", &incident_change::number)
);
constexpr auto next_version = "version = t.version + 1";

// Values that stay the same keep the update heap-only, although some of them are indexed.
constexpr auto state_columns = db::within<incident_change>(&incident_change::state, incident_state_columns);
constexpr auto update_text =
    db::update("tocsin.incidents", seen_columns, key_columns, state_columns, next_version);
constexpr db::statement update{"update_incidents", update_text.c_str()};

constexpr auto repeat_columns = db::within<incident_change>(
    &incident_change::state,
    db::columns<incident_state>(
        db::column("last_seen_at", &incident_state::last_seen_at),
        db::column("occurrences", &incident_state::occurrences)
    )
);
constexpr auto repeat_text =
    db::update("tocsin.incidents", seen_columns, key_columns, repeat_columns, next_version);
constexpr db::statement repeat{"repeat_incidents", repeat_text.c_str()};

constexpr auto counter_columns = db::columns<incident_counts::value_type>(
    db::column("organization_id", &incident_counts::value_type::first),
    db::column("last_number", &incident_counts::value_type::second)
);
constexpr auto take_text =
    db::insert_into("tocsin.incident_counters as c", counter_columns) +
    " on conflict (organization_id) do update set last_number = c.last_number + excluded.last_number returning c.organization_id, c.last_number";
constexpr db::statement take{"take_incident_numbers", take_text.c_str()};

}  // namespace

void insert_incidents(db::transaction& tx, std::vector<new_incident> const& all) {
    if (!all.empty()) db::run(tx, insert, insert_columns, all);
}

void update_incidents(db::transaction& tx, std::vector<incident_change> const& all) {
    if (all.empty()) return;
    constexpr auto columns = db::columns<incident_change>(seen_columns, key_columns, state_columns);
    expect_written(db::run(tx, update, columns, all).affected(), all.size());
}

void repeat_incidents(db::transaction& tx, std::vector<incident_change> const& all) {
    if (all.empty()) return;
    constexpr auto columns = db::columns<incident_change>(seen_columns, key_columns, repeat_columns);
    expect_written(db::run(tx, repeat, columns, all).affected(), all.size());
}

incident_counts take_numbers(db::transaction& tx, incident_counts const& wanted) {
    incident_counts last;
    for (auto const& row : db::run(tx, take, counter_columns, wanted))
        last.emplace(row.get<organization_id>("organization_id"), row.get<std::int64_t>("last_number"));
    return last;
}

}  // namespace tocsin::incidents
