#include "ingest/apply_delivery.hpp"

#include <algorithm>
#include <utility>

namespace tocsin::incidents {

namespace {

void add_to_history(
    source_state& source, delivery_input const& delivery, decision const& applied, timestamp now
) {
    if (!applied.applied) return;
    source.last_body = delivery.body_hash;
    source.last_delivery = delivery.id;
    source.history = history_after(source.history, delivery.webhook, applied, now);
    source.is_changed = true;
}

tracked_incident::pending_write write_needed(incident_state const& before, incident_state const& after) {
    auto repeated = before;
    repeated.occurrences = after.occurrences;
    repeated.last_seen_at = after.last_seen_at;
    return repeated == after ? tracked_incident::pending_write::repeat
                             : tracked_incident::pending_write::update;
}

}  // namespace

apply_result apply_delivery(
    source_state& source,
    delivery_input const& delivery,
    std::size_t index,
    routing const& route,
    rule_settings const& settings,
    timestamp now,
    std::function<std::int64_t()> const& next_number
) {
    auto* const current = source.current();
    auto const known = current ? std::optional(current->is) : std::nullopt;
    auto const number = known ? std::optional(known->number) : std::nullopt;
    delivery_context const context{
        .same_body = source.last_body == delivery.body_hash,
        .event_applied = delivery.event_applied_by.has_value(),
        .event_reported = delivery.event_reported,
        .from_reconciler = delivery.from_reconciler,
        .history = source.history,
        .assigned_member = delivery.assigned_member,
        .issue_pages = delivery.issue_pages
    };
    apply_result result{
        .decision = decide(delivery.webhook, route, context, known, settings, now),
        .incident = number,
        .duplicate_of = std::nullopt
    };
    auto const& decision = result.decision;
    if (decision.outcome == outcome::duplicate)
        result.duplicate_of = delivery.event_applied_by ? delivery.event_applied_by : source.last_delivery;
    if (decision.change == change::open) {
        result.incident = next_number();
        source.incidents.push_back(
            {.is = {*result.incident, decision.state},
             .write = tracked_incident::pending_write::insert,
             .opened_by = index,
             .previous_number = number}
        );
    }
    if (decision.change == change::update) {
        if (current->write != tracked_incident::pending_write::insert && !current->before)
            current->before = alarm_basis_of(current->is.state);
        current->write = std::max(current->write, write_needed(current->is.state, decision.state));
        current->is.state = decision.state;
    }
    add_to_history(source, delivery, decision, now);
    return result;
}

}  // namespace tocsin::incidents
