#include "incident_row.hpp"

#include "changes.hpp"

#include <tocsin/base/enum_names.hpp>

namespace tocsin::incidents {

namespace {

constexpr db::statement update_state{
    "update_incident_state",
    R"(update tocsin.incidents
          set status = $3, severity = $4, severity_pinned = $5, title = $6, culprit = $7, url = $8, short_id = $9, environment = $10,
              release = $11, level = $12, assignee = $13, acknowledged_at = $14, resolved_at = $15, resolution = $16,
              last_seen_at = $17, occurrences = $18, reopened_count = $19, title_pinned = $20, version = version + 1
        where organization_id = $1 and number = $2)"
};

constexpr db::statement insert_entry{
    "insert_timeline_entry",
    R"(insert into tocsin.timeline (organization_id, incident_number, kind, actor_type, actor_name, actor_user_id, from_value, to_value, text, delivery_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))"
};

std::string text_or_empty(db::row const& row, char const* column) {
    return row.get<std::optional<std::string>>(column).value_or("");
}

std::optional<std::string> or_null(std::string const& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

incident_state read_state(db::row const& row) {
    incident_state state;
    state.status = known(parse_status(row.text("status")), "status");
    state.severity = known(parse_severity(row.text("severity")), "severity");
    state.severity_pinned = row.get<bool>("severity_pinned");
    state.title_pinned = row.get<bool>("title_pinned");
    state.title = row.text("title");
    state.culprit = text_or_empty(row, "culprit");
    state.url = text_or_empty(row, "url");
    state.short_id = text_or_empty(row, "short_id");
    state.environment = text_or_empty(row, "environment");
    state.release = text_or_empty(row, "release");
    state.level = text_or_empty(row, "level");
    state.assignee = text_or_empty(row, "assignee");
    state.acknowledged_at = row.get<std::optional<timestamp>>("acknowledged_at");
    state.resolved_at = row.get<std::optional<timestamp>>("resolved_at");
    if (auto const how = row.get<std::optional<std::string>>("resolution"))
        state.resolution = known(parse_resolution(*how), "resolution");
    state.last_seen_at = row.get<timestamp>("last_seen_at");
    state.occurrences = row.get<std::int64_t>("occurrences");
    state.reopened_count = row.get<int>("reopened_count");
    return state;
}

void write_state(db::transaction& tx, organization_id org, std::int64_t number, incident_state const& state) {
    tx.run(
        update_state,
        org,
        number,
        state.status,
        state.severity,
        state.severity_pinned,
        state.title,
        or_null(state.culprit),
        or_null(state.url),
        or_null(state.short_id),
        or_null(state.environment),
        or_null(state.release),
        or_null(state.level),
        or_null(state.assignee),
        state.acknowledged_at,
        state.resolved_at,
        state.resolution,
        state.last_seen_at,
        state.occurrences,
        state.reopened_count,
        state.title_pinned
    );
}

void append_timeline(
    db::transaction& tx,
    organization_id org,
    std::int64_t number,
    timeline_item const& item,
    actor const& by,
    std::optional<delivery_id> delivery
) {
    tx.run(
        insert_entry,
        org,
        number,
        item.kind,
        by.kind,
        by.name,
        by.user,
        or_null(item.from),
        or_null(item.to),
        or_null(item.text),
        delivery
    );
    tell(tx, {.incidents = {{org, {number}}}, .deliveries = {}});
}

}  // namespace tocsin::incidents
