#include "store/source_rows.hpp"

#include "store/incident_columns.hpp"
#include "store/incident_rows.hpp"

#include <tocsin/db/columns.hpp>

#include <utility>

namespace tocsin::incidents {

namespace {

constexpr auto key_columns = db::columns<source_key>(
    db::column("organization_id", &source_key::organization),
    db::column("integration_id", &source_key::integration),
    db::column("source_kind", &source_key::kind),
    db::column("source_id", &source_key::id)
);
constexpr auto state_columns = db::columns<source_state>(
    db::column("last_delivery_id", &source_state::last_delivery),
    db::column("last_body_sha256", &source_state::last_body),
    db::within<source_state>(
        &source_state::history,
        db::columns<source_history>(
            db::column("had_lifecycle", &source_history::had_lifecycle),
            db::column("was_created", &source_history::was_created),
            db::column("first_seen_at", &source_history::first_seen_at),
            db::column("first_event_at", &source_history::first_event_at),
            db::column("last_event_at", &source_history::last_event_at),
            db::column("last_state_at", &source_history::last_state_at),
            db::column("events", &source_history::events),
            db::column("unsettled_at", &source_history::unsettled_at),
            db::column("period_fired", &source_history::period_fired),
            db::column("period_closed", &source_history::period_closed)
        )
    )
);

constexpr auto key_table = numbered_parameters(key_columns);

// Plain reads: a transaction that writes one of these rows finds out by its version whether it has changed.
constexpr auto read_text =
    "select k.nth, s.ctid as source_place, " + names(state_columns, "s") +
    ", i.ctid as place, i.version, i.number, " + names(incident_state_columns, "i") + " from " + key_table +
    " join tocsin.sources s on " + matches(key_columns, "s") +
    " left join tocsin.incidents i on i.organization_id = s.organization_id and i.number = s.last_incident";
constexpr db::statement read_all{"read_sources", read_text.c_str()};

// A person may have reopened an incident that is not the newest.
constexpr auto read_unresolved_text =
    "select k.nth, i.ctid as place, i.version, i.number, " + names(incident_state_columns, "i") + " from " +
    key_table + " join tocsin.incidents i on " + matches(key_columns, "i") + " and i.status <> 'resolved'";
constexpr db::statement read_unresolved{"read_unresolved_incidents_of_sources", read_unresolved_text.c_str()};

constexpr auto make_text = db::insert_into("tocsin.sources", key_columns) + " on conflict do nothing";
constexpr db::statement make{"make_sources", make_text.c_str()};

// A locking subquery runs for one key after the other, so that rows are locked in the order of the keys.
constexpr auto lock_text = "select from " + key_table +
                           " cross join lateral (select from tocsin.sources s where " +
                           matches(key_columns, "s") + " for update) s";
constexpr db::statement lock{"lock_sources", lock_text.c_str()};

constexpr auto lock_incidents_text = "select from " + key_table + " join tocsin.sources s on " +
                                     matches(key_columns, "s") + R"(
         left join lateral
              (select i.number from tocsin.incidents i
                where i.organization_id = s.organization_id and i.number = s.last_incident
                  for update) newest on true
         left join lateral
              (select i.number from tocsin.incidents i where )" +
                                     matches(key_columns, "i") + R"( and i.status <> 'resolved'
                  for update) unresolved on true)";
constexpr db::statement lock_incidents{"lock_incidents_of_sources", lock_incidents_text.c_str()};

// The delivery that was applied last is the version of a source.
constexpr auto seen_columns = db::columns<source_write>(
    db::column("ctid", [](source_write const& source) { return source.state->seen->place; }),
    db::column(
        "last_delivery_id", [](source_write const& source) { return source.state->seen->last_delivery; }
    )
);
constexpr auto write_key_columns = db::within<source_write>(&source_write::key, key_columns);
constexpr auto value_columns = db::columns<source_write>(
    db::within<source_write>(&source_write::state, state_columns),
    db::column("last_incident", [](source_write const& source) { return source.state->newest_number(); })
);
constexpr auto update_text = db::update("tocsin.sources", seen_columns, write_key_columns, value_columns);
constexpr db::statement update{"update_sources", update_text.c_str()};

constexpr auto insert_columns = db::columns<source_write>(write_key_columns, value_columns);
constexpr auto insert_text = db::insert_into("tocsin.sources", insert_columns);
constexpr db::statement insert{"insert_sources", insert_text.c_str()};

tracked_incident read_incident(db::row const& row) {
    tracked_incident incident{
        .is = {row.get<std::int64_t>("number"), {}},
        .seen = {row.get<db::tuple_id>("place"), row.get<std::int64_t>("version")}
    };
    db::read_into(row, incident_state_columns, incident.is.state);
    return incident;
}

source_state read_source(db::row const& row) {
    auto source = db::read(row, state_columns);
    source.seen = source_version{row.get<db::tuple_id>("source_place"), source.last_delivery};
    if (!row.is_null("number")) source.incidents.push_back(read_incident(row));
    return source;
}

}  // namespace

void lock_counters(db::transaction& tx, std::vector<source_key> const& keys) {
    incident_counts none;
    for (auto const& key : keys) none.emplace(key.organization, 0);
    take_numbers(tx, none);
}

void lock_sources(db::transaction& tx, std::vector<source_key> const& keys) {
    db::run(tx, make, key_columns, keys);
    db::run(tx, lock, key_columns, keys);
    db::run(tx, lock_incidents, key_columns, keys);
}

std::vector<source_state> read_sources(db::transaction& tx, std::vector<source_key> const& keys) {
    std::vector<source_state> states(keys.size());
    for (auto const& row : db::run(tx, read_all, key_columns, keys))
        states[db::parameter_index(row)] = read_source(row);
    std::vector<source_key> resolved_keys;
    std::vector<source_state*> resolved;
    for (std::size_t nth = 0; nth < keys.size(); ++nth) {
        auto const* newest = states[nth].current();
        if (!newest || newest->is.state.status != status::resolved) continue;
        resolved_keys.push_back(keys[nth]);
        resolved.push_back(&states[nth]);
    }
    if (resolved.empty()) return states;
    for (auto const& row : db::run(tx, read_unresolved, key_columns, resolved_keys)) {
        auto& incidents = resolved[db::parameter_index(row)]->incidents;
        // It is older than the newest, unless that was reopened between these two statements.
        auto incident = read_incident(row);
        if (incident.is.number == incidents.front().is.number)
            incidents.front() = std::move(incident);
        else
            incidents.insert(incidents.begin(), std::move(incident));
    }
    return states;
}

void update_sources(db::transaction& tx, std::vector<source_write> const& all) {
    if (all.empty()) return;
    constexpr auto columns = db::columns<source_write>(seen_columns, write_key_columns, value_columns);
    expect_written(db::run(tx, update, columns, all).affected(), all.size());
}

void insert_sources(db::transaction& tx, std::vector<source_write> const& all) {
    if (!all.empty()) db::run(tx, insert, insert_columns, all);
}

}  // namespace tocsin::incidents
