#include "ingest_sources.hpp"

#include "incident_row.hpp"
#include "ingest_store.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/db/array.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace tocsin::incidents {

namespace {

using texts = db::array<std::string_view>;
using uuids = db::array<uuid>;
using numbers = db::array<std::int64_t>;
using times = db::array<timestamp>;
using bytes = db::array<byte_view>;
using flags = db::array<bool>;
using places = db::array<db::tuple_id>;

// Plain reads: whoever writes one of these rows sees by its version whether it has changed meanwhile.
constexpr db::statement read_sources{
    "read_sources",
    R"(select k.nth, s.ctid as source_place, s.last_delivery_id, s.had_lifecycle, s.was_created, s.last_event_at, s.last_state_at, s.events,
              s.unsettled_at, s.last_body_sha256,
              i.ctid as place, i.version, i.number, )" TOCSIN_INCIDENT_STATE_COLUMNS R"(
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality as k (organization_id, integration_id, source_kind, source_id, nth)
         join tocsin.sources s on s.organization_id = k.organization_id and s.integration_id = k.integration_id
                              and s.source_kind = k.source_kind and s.source_id = k.source_id
         left join tocsin.incidents i on i.organization_id = s.organization_id and i.number = s.last_incident)"
};

// A person may have reopened one that is not the newest.
constexpr db::statement read_open_incidents{
    "read_open_incidents_of_sources",
    R"(select k.nth, i.ctid as place, i.version, i.number, )" TOCSIN_INCIDENT_STATE_COLUMNS R"(
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality as k (organization_id, integration_id, source_kind, source_id, nth)
         join tocsin.incidents i on i.organization_id = k.organization_id and i.integration_id = k.integration_id
                                and i.source_kind = k.source_kind and i.source_id = k.source_id and i.status <> 'resolved')"
};

constexpr db::statement make_sources{
    "make_sources",
    R"(insert into tocsin.sources (organization_id, integration_id, source_kind, source_id)
       select k.organization_id, k.integration_id, k.source_kind, k.source_id
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as k (organization_id, integration_id, source_kind, source_id)
       on conflict do nothing)"
};

// A locking subquery is run for one key after the other, so that rows are locked in the order of the keys.
constexpr db::statement lock_source_rows{
    "lock_sources",
    R"(select from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality as k (organization_id, integration_id, source_kind, source_id, nth)
        cross join lateral
              (select from tocsin.sources s
                where s.organization_id = k.organization_id and s.integration_id = k.integration_id
                  and s.source_kind = k.source_kind and s.source_id = k.source_id
                  for update) s)"
};

constexpr db::statement lock_incident_rows{
    "lock_incidents_of_sources",
    R"(select from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality as k (organization_id, integration_id, source_kind, source_id, nth)
         join tocsin.sources s on s.organization_id = k.organization_id and s.integration_id = k.integration_id
                              and s.source_kind = k.source_kind and s.source_id = k.source_id
         left join lateral
              (select i.number from tocsin.incidents i
                where i.organization_id = s.organization_id and i.number = s.last_incident
                  for update) newest on true
         left join lateral
              (select i.number from tocsin.incidents i
                where i.organization_id = k.organization_id and i.integration_id = k.integration_id
                  and i.source_kind = k.source_kind and i.source_id = k.source_id and i.status <> 'resolved'
                  for update) unresolved on true)"
};

// The delivery applied last is the version of a source.
constexpr db::statement update_all_sources{
    "update_sources",
    R"(update tocsin.sources s
          set last_delivery_id = k.last_delivery_id, last_event_at = k.last_event_at, last_state_at = k.last_state_at, unsettled_at = k.unsettled_at,
              events = k.events, had_lifecycle = k.had_lifecycle, was_created = k.was_created, last_incident = k.last_incident,
              last_body_sha256 = k.last_body_sha256
         from unnest($1::tid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[], $9::timestamptz[],
                     $10::timestamptz[], $11::bigint[], $12::boolean[], $13::boolean[], $14::bigint[], $15::bytea[])
              as k (place, version, organization_id, integration_id, source_kind, source_id, last_delivery_id, last_event_at, last_state_at,
                    unsettled_at, events, had_lifecycle, was_created, last_incident, last_body_sha256)
        where s.ctid = k.place and s.organization_id = k.organization_id and s.integration_id = k.integration_id
          and s.source_kind = k.source_kind and s.source_id = k.source_id and s.last_delivery_id is not distinct from k.version)"
};

constexpr db::statement insert_all_sources{
    "insert_sources",
    R"(insert into tocsin.sources (organization_id, integration_id, source_kind, source_id, last_delivery_id, last_event_at, last_state_at,
                                   unsettled_at, events, had_lifecycle, was_created, last_incident, last_body_sha256)
       select k.organization_id, k.integration_id, k.source_kind, k.source_id, k.last_delivery_id, k.last_event_at, k.last_state_at,
              k.unsettled_at, k.events, k.had_lifecycle, k.was_created, k.last_incident, k.last_body_sha256
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[],
                     $9::bigint[], $10::boolean[], $11::boolean[], $12::bigint[], $13::bytea[])
              as k (organization_id, integration_id, source_kind, source_id, last_delivery_id, last_event_at, last_state_at, unsettled_at, events,
                    had_lifecycle, was_created, last_incident, last_body_sha256))"
};

constexpr db::statement select_events{
    "find_applied_events",
    R"(select k.nth, e.delivery_id
         from unnest($1::uuid[], $2::uuid[], $3::bytea[]) with ordinality as k (organization_id, integration_id, event_hash, nth)
        cross join lateral
              (select e.delivery_id from tocsin.applied_events e
                where e.organization_id = k.organization_id and e.integration_id = k.integration_id and e.event_hash = k.event_hash
                limit 1) e)"
};

constexpr db::statement insert_all_events{
    "insert_applied_events",
    R"(insert into tocsin.applied_events (organization_id, integration_id, event_hash, delivery_id)
       select k.organization_id, k.integration_id, k.event_hash, k.delivery_id
         from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::uuid[]) as k (organization_id, integration_id, event_hash, delivery_id)
       on conflict do nothing)"
};

struct source_columns {
    uuids organizations, integrations;
    texts kinds, ids;

    void add(source_key const& key) {
        organizations.add(key.organization);
        integrations.add(key.integration);
        kinds.add(to_string(key.kind));
        ids.add(key.id);
    }
    db::rows run(db::transaction& tx, db::statement const& what) const {
        return tx.run(what, organizations, integrations, kinds, ids);
    }
};

source_columns columns_of(std::vector<source_key> const& keys) {
    source_columns all;
    for (auto const& key : keys) all.add(key);
    return all;
}

}  // namespace

void expect_written(std::size_t written, std::size_t wanted) {
    if (written != wanted) throw overtaken("another transaction has changed what this one read");
}

void lock_sources(db::transaction& tx, std::vector<source_key> const& keys) {
    auto const columns = columns_of(keys);
    columns.run(tx, make_sources);
    columns.run(tx, lock_source_rows);
    columns.run(tx, lock_incident_rows);
}

namespace {

tracked_incident read_incident(db::row const& row) {
    return {
        .is = {row.get<std::int64_t>("number"), read_state(row)},
        .read = row_version{row.get<db::tuple_id>("place"), row.get<std::int64_t>("version")}
    };
}

void read_source(db::row const& row, source_story& into) {
    into.last_delivery = row.get<std::optional<delivery_id>>("last_delivery_id");
    into.read = source_version{row.get<db::tuple_id>("source_place"), into.last_delivery};
    into.facts = {
        .had_lifecycle = row.get<bool>("had_lifecycle"),
        .was_created = row.get<bool>("was_created"),
        .last_event_at = row.get<std::optional<timestamp>>("last_event_at"),
        .last_state_at = row.get<std::optional<timestamp>>("last_state_at"),
        .events = row.get<std::int64_t>("events"),
        .unsettled_at = row.get<std::optional<timestamp>>("unsettled_at")
    };
    if (auto const body = row.get<std::optional<byte_string>>("last_body_sha256"))
        std::copy(body->begin(), body->end(), into.last_body.emplace().begin());
    if (!row.is_null("number")) into.incidents.push_back(read_incident(row));
}

}  // namespace

std::vector<source_story> read_sources_of(db::transaction& tx, std::vector<source_key> const& keys) {
    std::vector<source_story> stories(keys.size());
    for (auto const& row : columns_of(keys).run(tx, read_sources)) read_source(row, stories[place_of(row)]);
    source_columns resolved;
    std::vector<source_story*> all_resolved;
    for (std::size_t nth = 0; nth < keys.size(); ++nth) {
        auto const* newest = stories[nth].current();
        if (!newest || newest->is.state.status != status::resolved) continue;
        resolved.add(keys[nth]);
        all_resolved.push_back(&stories[nth]);
    }
    if (all_resolved.empty()) return stories;
    for (auto const& row : resolved.run(tx, read_open_incidents)) {
        auto& incidents = all_resolved[place_of(row)]->incidents;
        // It is older than the newest, unless that was reopened between these two statements.
        auto found = read_incident(row);
        if (found.is.number == incidents.front().is.number)
            incidents.front() = std::move(found);
        else
            incidents.insert(incidents.begin(), std::move(found));
    }
    return stories;
}

applied_events find_events(db::transaction& tx, std::vector<event_key> const& keys) {
    uuids organizations, integrations;
    bytes hashes;
    for (auto const& key : keys) {
        organizations.add(key.organization);
        integrations.add(key.integration);
        hashes.add(key.event);
    }
    applied_events found;
    for (auto const& row : tx.run(select_events, organizations, integrations, hashes))
        found.emplace(keys[place_of(row)], row.get<delivery_id>("delivery_id"));
    return found;
}

namespace {

/// The columns of a source's story.
struct story_columns {
    source_columns keys;
    uuids deliveries;
    times event_times, state_times, unsettled;
    numbers events, incidents;
    flags lifecycles, created;
    bytes bodies;

    void add(source_write const& one) {
        auto const& facts = one.story.facts;
        keys.add(one.key);
        deliveries.add(one.story.last_delivery);
        event_times.add(facts.last_event_at);
        state_times.add(facts.last_state_at);
        unsettled.add(facts.unsettled_at);
        events.add(facts.events);
        lifecycles.add(facts.had_lifecycle);
        created.add(facts.was_created);
        incidents.add(one.story.newest());
        bodies.add(one.story.last_body);
    }
};

}  // namespace

void update_sources(db::transaction& tx, std::vector<source_write> const& all) {
    if (all.empty()) return;
    places where;
    uuids versions;
    story_columns stories;
    for (auto const& one : all) {
        where.add(one.story.read->place);
        versions.add(one.story.read->last_delivery);
        stories.add(one);
    }
    auto const done = tx.run(
        update_all_sources,
        where,
        versions,
        stories.keys.organizations,
        stories.keys.integrations,
        stories.keys.kinds,
        stories.keys.ids,
        stories.deliveries,
        stories.event_times,
        stories.state_times,
        stories.unsettled,
        stories.events,
        stories.lifecycles,
        stories.created,
        stories.incidents,
        stories.bodies
    );
    expect_written(done.affected(), all.size());
}

void insert_sources(db::transaction& tx, std::vector<source_write> const& all) {
    if (all.empty()) return;
    story_columns stories;
    for (auto const& one : all) stories.add(one);
    tx.run(
        insert_all_sources,
        stories.keys.organizations,
        stories.keys.integrations,
        stories.keys.kinds,
        stories.keys.ids,
        stories.deliveries,
        stories.event_times,
        stories.state_times,
        stories.unsettled,
        stories.events,
        stories.lifecycles,
        stories.created,
        stories.incidents,
        stories.bodies
    );
}

void insert_events(db::transaction& tx, std::vector<std::pair<event_key, delivery_id>> const& all) {
    if (all.empty()) return;
    uuids organizations, integrations, deliveries;
    bytes hashes;
    for (auto const& [key, delivery] : all) {
        organizations.add(key.organization);
        integrations.add(key.integration);
        hashes.add(key.event);
        deliveries.add(delivery);
    }
    tx.run(insert_all_events, organizations, integrations, hashes, deliveries);
}

}  // namespace tocsin::incidents
