#include "store/applied_events.hpp"

#include <tocsin/db/columns.hpp>

namespace tocsin::incidents {

namespace {

constexpr auto key_columns = db::columns<event_key>(
    db::column("organization_id", &event_key::organization),
    db::column("integration_id", &event_key::integration),
    db::column("event_hash", &event_key::event)
);
constexpr auto find_text = "select k.nth, e.delivery_id from " + numbered_parameters(key_columns) +
                           " cross join lateral (select e.delivery_id from tocsin.applied_events e where " +
                           matches(key_columns, "e") + " limit 1) e";
constexpr db::statement find{"find_applied_events", find_text.c_str()};

constexpr auto insert_columns = db::columns<applied_event>(
    db::within<applied_event>(&applied_event::key, key_columns),
    db::column("delivery_id", &applied_event::delivery)
);
constexpr auto insert_text =
    db::insert_into("tocsin.applied_events", insert_columns) + " on conflict do nothing";
constexpr db::statement insert{"insert_applied_events", insert_text.c_str()};

}  // namespace

applied_events find_applied_events(db::transaction& tx, std::vector<event_key> const& keys) {
    applied_events events;
    if (keys.empty()) return events;
    for (auto const& row : db::run(tx, find, key_columns, keys))
        events.emplace(keys[db::parameter_index(row)], row.get<delivery_id>("delivery_id"));
    return events;
}

void insert_applied_events(db::transaction& tx, std::vector<applied_event> const& all) {
    if (!all.empty()) db::run(tx, insert, insert_columns, all);
}

}  // namespace tocsin::incidents
