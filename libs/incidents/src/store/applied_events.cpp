#include "store/applied_events.hpp"

#include <tocsin/db/columns.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tocsin::incidents {

namespace {

constexpr std::size_t reporter_bytes = std::tuple_size_v<reporter_hash>;
constexpr std::size_t report_bytes = reporter_bytes + std::tuple_size_v<uuid::bytes_type>;

constexpr auto key_columns = db::columns<event_key>(
    db::column("organization_id", &event_key::organization),
    db::column("integration_id", &event_key::integration),
    db::column("event_hash", &event_key::event)
);
constexpr auto find_text = "select k.nth, e.reports from " + numbered_parameters(key_columns) +
                           " cross join lateral (select e.reports from tocsin.applied_events e where " +
                           matches(key_columns, "e") + " limit 1) e";
constexpr db::statement find{"find_applied_events", find_text.c_str()};

using event_row = applied_events::value_type;

constexpr auto insert_columns = db::columns<event_row>(
    db::within<event_row>(&event_row::first, key_columns),
    db::column("delivery_id", [](event_row const& row) { return row.second.first(); }),
    db::column("reports", [](event_row const& row) { return row.second.column(); })
);
constexpr auto add_text =
    db::insert_into("tocsin.applied_events as e", insert_columns) +
    " on conflict (organization_id, integration_id, event_hash) do update set reports = e.reports || excluded.reports";
constexpr db::statement add_all{"add_event_reports", add_text.c_str()};

delivery_id delivery_in(byte_view report) {
    uuid::bytes_type bytes;
    std::copy_n(report.begin() + reporter_bytes, bytes.size(), bytes.begin());
    return {uuid(bytes)};
}

}  // namespace

std::optional<delivery_id> event_reports::delivery_of(reporter_hash const& reporter) const {
    for (std::size_t at = 0; at + report_bytes <= column_.size(); at += report_bytes) {
        auto const report = column().subspan(at, report_bytes);
        if (std::equal(reporter.begin(), reporter.end(), report.begin())) return delivery_in(report);
    }
    return std::nullopt;
}

delivery_id event_reports::first() const {
    return delivery_in(column());
}

void event_reports::add(reporter_hash const& reporter, delivery_id const& delivery) {
    auto const& id = delivery.value.bytes();
    column_.insert(column_.end(), reporter.begin(), reporter.end());
    column_.insert(column_.end(), id.begin(), id.end());
}

applied_events find_applied_events(db::transaction& tx, std::vector<event_key> const& keys) {
    applied_events events;
    if (keys.empty()) return events;
    for (auto const& row : db::run(tx, find, key_columns, keys))
        events.emplace(keys[db::parameter_index(row)], event_reports(row.get<byte_string>("reports")));
    return events;
}

void add_event_reports(db::transaction& tx, applied_events const& added) {
    if (!added.empty()) db::run(tx, add_all, insert_columns, added);
}

}  // namespace tocsin::incidents
