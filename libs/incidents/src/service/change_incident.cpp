#include "service/change_incident.hpp"

#include "store/alarm_rows.hpp"
#include "store/changes.hpp"
#include "store/incident_rows.hpp"
#include "store/timeline_rows.hpp"

namespace tocsin::incidents {

namespace {

constexpr auto lock_text = select_incidents + " and i.number = $2 for update of i";
constexpr db::statement lock_one{"lock_incident", lock_text.c_str()};

}  // namespace

result<incident> change_incident(
    db::transaction& tx,
    organization_id org,
    std::int64_t number,
    actor const& who,
    std::function<result<person_change>(incident const&)> const& decide
) {
    auto const row = tx.run(lock_one, org, number).first();
    if (!row) return find_incident(tx, org, number);
    auto const before = read_incident(*row);
    auto const change = decide(before);
    if (!change) return change.error();
    if (change->state != before.state) {
        row_version const seen{row->get<db::tuple_id>("place"), before.version};
        update_incidents(tx, {{org, number, seen, &change->state}});
        alarm_rows alarms;
        alarms.add(org, number, alarm_basis_of(before.state), change->state);
        alarms.write(tx);
    }
    if (change->entries.empty()) return before;
    append_entries(tx, org, number, who, change->entries);
    return find_incident(tx, org, number);
}

void append_entries(
    db::transaction& tx,
    organization_id org,
    std::int64_t number,
    actor const& who,
    std::vector<timeline_item> const& entries
) {
    std::vector<new_timeline_entry> rows;
    rows.reserve(entries.size());
    for (auto const& entry : entries) rows.emplace_back(org, number, entry, who);
    append_timeline(tx, rows);
    notify_changes(tx, {.incidents = {{org, {number}}}, .deliveries = {}});
}

}  // namespace tocsin::incidents
