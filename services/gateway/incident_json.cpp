#include "gateway/incident_json.hpp"

#include "gateway/json_response.hpp"

#include <optional>
#include <string>

namespace tocsin::gateway {

namespace {

using incidents::incident;

void write_source(json::writer& out, incident const& from) {
    out.name("source");
    if (!from.source_id) {
        out.null();
        return;
    }
    out.begin_object()
        .field("kind", from.source_kind)
        .field("category", text_or_null(from.state.category))
        .field("sentry_id", from.source_id)
        .field("short_id", text_or_null(from.state.short_id))
        .field("url", text_or_null(from.state.url))
        .name("project");
    if (from.project_id || from.project_slug)
        out.begin_object().field("id", from.project_id).field("slug", from.project_slug).end_object();
    else
        out.null();
    out.end_object();
}

void write_context(json::writer& out, incident const& from) {
    out.name("context")
        .begin_object()
        .field("culprit", text_or_null(from.state.culprit))
        .field("description", text_or_null(from.state.description))
        .name("evidence")
        .raw(from.state.evidence.empty() ? "[]" : from.state.evidence)
        .field("previous_number", from.previous_number)
        .name("last_resolution");
    if (auto const& last = from.last_resolution)
        out.begin_object()
            .field("number", last->number)
            .field("at", last->at)
            .field("by", last->by)
            .field("note", text_or_null(last->note))
            .field("release", text_or_null(last->release))
            .end_object();
    else
        out.null();
    out.end_object();
}

std::optional<std::string> name_or_null(std::optional<incidents::resolution> const& resolution) {
    return resolution ? std::optional(std::string(to_string(*resolution))) : std::nullopt;
}

}  // namespace

void write_incident(json::writer& out, incident const& from) {
    auto const& state = from.state;
    out.begin_object()
        .field("number", from.number)
        .field("title", state.title)
        .field("status", to_string(state.status))
        .field("severity", to_string(state.severity))
        .field("severity_pinned", state.severity_pinned);
    out.name("service")
        .begin_object()
        .field("id", state.service.str())
        .field("slug", from.service_slug)
        .field("name", from.service_name)
        .end_object();
    out.field("integration_id", id_or_null(from.integration));
    write_source(out, from);
    out.field("environment", text_or_null(state.environment))
        .field("release", text_or_null(state.release))
        .field("level", text_or_null(state.level))
        .field("opened_at", from.opened_at)
        .field("acknowledged_at", state.acknowledged_at)
        .field("resolved_at", state.resolved_at)
        .field("resolution", name_or_null(state.resolution))
        .field("last_seen_at", state.last_seen_at)
        .field("occurrences", state.occurrences)
        .field("assignee", text_or_null(state.assignee))
        .field("sentry_assignee", text_or_null(state.sentry_assignee))
        .field("test", state.is_test)
        .field("reopened_count", state.reopened_count)
        .field("version", from.version);
    write_context(out, from);
    out.end_object();
}

void write_timeline_entry(json::writer& out, incidents::timeline_entry const& from) {
    out.begin_object().field("id", std::to_string(from.id)).field("at", from.at).field("kind", from.kind);
    out.name("actor").begin_object();
    out.field("type", from.actor_type).field("name", from.actor_name).end_object();
    out.field("from", from.from).field("to", from.to).field("text", from.text);
    out.field("delivery_id", id_or_null(from.delivery));
    out.name("data").begin_object().end_object().end_object();
}

void write_summary(json::writer& out, incidents::incident_summary const& from) {
    out.begin_object().field("since", from.since).field("until", from.until).name("days").begin_array();
    for (auto const& day : from.days)
        out.begin_object()
            .field("date", day.date)
            .field("opened", day.opened)
            .field("resolved", day.resolved)
            .end_object();
    out.end_array().name("services").begin_array();
    for (auto const& each : from.services) {
        out.begin_object().name("service").begin_object();
        out.field("id", each.service.str()).field("slug", each.slug).field("name", each.name).end_object();
        out.field("opened", each.opened)
            .field("still_open", each.still_open)
            .field("acknowledged_after_seconds", each.acknowledged_after)
            .field("resolved_after_seconds", each.resolved_after)
            .end_object();
    }
    out.end_array().end_object();
}

}  // namespace tocsin::gateway
