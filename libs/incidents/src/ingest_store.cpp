#include "ingest_store.hpp"

#include "incident_row.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/integrations/status_store.hpp>

#include <algorithm>

namespace tocsin::incidents {

namespace {

constexpr db::statement find_by_installation{
    "find_receiving_integration",
    R"(select i.organization_id, i.integration_id, i.mode, i.status, i.status_reason
         from tocsin.installation_owners o
         join tocsin.integrations i on i.organization_id = o.organization_id and i.integration_id = o.integration_id
        where o.sentry_host = $1 and o.installation_id = $2 and i.installation_id = $2)"
};

constexpr db::statement find_by_id{
    "find_receiving_integration_by_id",
    R"(select organization_id, integration_id, mode, status, status_reason from tocsin.integrations
        where organization_id = $1 and integration_id = $2)"
};

constexpr db::statement insert_unclaimed{
    "insert_unclaimed_installation",
    R"(insert into tocsin.unclaimed_installations (sentry_host, installation_id, sentry_org_slug, code_hash)
       values ($1, $2, $3, $4) on conflict do nothing)"
};

constexpr db::statement delete_credential{
    "delete_credential", "delete from tocsin.credentials where organization_id = $1 and integration_id = $2"
};

constexpr db::statement select_now{"select_now", "select tocsin.now() as now"};

constexpr db::statement insert_source{
    "insert_source",
    R"(insert into tocsin.sources (organization_id, integration_id, source_kind, source_id) values ($1, $2, $3, $4) on conflict do nothing)"
};

constexpr db::statement lock_one_source{
    "lock_source",
    R"(select last_delivery_id, had_lifecycle, last_event_at, coalesce(last_body_sha256 = $5::bytea, false) as same_body
         from tocsin.sources
        where organization_id = $1 and integration_id = $2 and source_kind = $3 and source_id = $4
          for update)"
};

constexpr db::statement find_event{
    "find_applied_event",
    "select delivery_id from tocsin.applied_events where organization_id = $1 and integration_id = $2 and "
    "event_hash = $3::bytea"
};

constexpr db::statement insert_event{
    "insert_applied_event",
    R"(insert into tocsin.applied_events (organization_id, integration_id, delivery_id, event_hash) values ($1, $2, $3, $4) on conflict do nothing)"
};

constexpr db::statement update_source{
    "update_source",
    R"(update tocsin.sources
          set last_delivery_id = $5, last_event_at = greatest(last_event_at, $6), had_lifecycle = had_lifecycle or $7, last_body_sha256 = $8
        where organization_id = $1 and integration_id = $2 and source_kind = $3 and source_id = $4)"
};

// By id; by slug only for a mapping that was typed in by hand and has not met its id yet.
constexpr db::statement find_mapping{
    "find_mapping_of_project",
    R"(select m.mapping_id, m.service_id, s.slug as service_slug, m.active, m.inactive_until, m.environments, m.min_level, m.severity, m.on_archive, m.open_on_error,
              m.sentry_project_id is null as lacks_id,
              not m.active and (m.inactive_until is null or m.inactive_until > tocsin.now()) as paused
         from tocsin.mappings m
         join tocsin.services s on s.organization_id = m.organization_id and s.service_id = m.service_id
        where m.organization_id = $1 and m.integration_id = $2
          and (m.sentry_project_id = $3 or (m.sentry_project_id is null and m.sentry_project_slug = $4))
        order by m.sentry_project_id is null
        limit 1)"
};

// Metric alerts name their projects by slug alone.
constexpr db::statement find_mapping_by_slug{
    "find_mapping_of_project_slug",
    R"(select m.mapping_id, m.service_id, s.slug as service_slug, m.active, m.inactive_until, m.environments, m.min_level, m.severity, m.on_archive, m.open_on_error,
              m.sentry_project_id is null as lacks_id,
              not m.active and (m.inactive_until is null or m.inactive_until > tocsin.now()) as paused
         from tocsin.mappings m
         join tocsin.services s on s.organization_id = m.organization_id and s.service_id = m.service_id
        where m.organization_id = $1 and m.integration_id = $2 and m.sentry_project_slug = $3
        order by m.sentry_project_id is null
        limit 1)"
};

constexpr db::statement learn_project_id{
    "learn_project_id",
    R"(update tocsin.mappings set sentry_project_id = $3
        where organization_id = $1 and mapping_id = $2 and sentry_project_id is null)"
};

constexpr db::statement find_service{
    "find_service_by_slug",
    "select service_id from tocsin.services where organization_id = $1 and slug = $2 and archived_at is null"
};

constexpr db::statement find_newest_incident{
    "find_newest_incident_of_source",
    "select i.number, " TOCSIN_INCIDENT_STATE_COLUMNS
    "  from tocsin.incidents i"
    " where i.organization_id = $1 and i.integration_id = $2 and i.source_kind = $3 and i.source_id = $4"
    " order by (i.status <> 'resolved') desc, i.number desc limit 1 for update"
};

constexpr db::statement next_number{
    "next_incident_number",
    R"(insert into tocsin.incident_counters (organization_id, last_number) values ($1, 1)
       on conflict (organization_id) do update set last_number = incident_counters.last_number + 1
       returning last_number)"
};

constexpr db::statement insert_incident{
    "insert_incident",
    R"(insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, project_id, project_slug, title, culprit,
                                     url, short_id, status, severity, environment, release, level, assignee, opened_at, last_seen_at, occurrences, previous_number)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13, $14, $15, $16, $17, tocsin.now(), $18, $19, $20))"
};

// Of the bytes the one that may be null comes first: a duplicate has no body of its own.
constexpr db::statement insert_delivery{
    "insert_delivery",
    R"(insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, request_id, hook_timestamp, signing_key,
                                      project_id, project_slug, source_kind, source_id, incident_number, duplicate_of, body_bytes, cut, body, body_sha256)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20))"
};

constexpr db::statement select_delivery{
    "find_delivery_outcome",
    "select outcome, incident_number from tocsin.deliveries where organization_id = $1 and delivery_id = $2"
};

std::optional<std::string> or_null(std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

/// The project that a webhook is about; a metric alert may be about several, of which the first stands for
/// it.
sentry::project_ref project_of(sentry::webhook const& hook) {
    if (auto const* issue = std::get_if<sentry::issue>(&hook.what)) return issue->project;
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what)) return alert->project;
    if (auto const* error = std::get_if<sentry::event>(&hook.what)) return error->project;
    if (auto const* activity = std::get_if<sentry::activity_alert>(&hook.what))
        return activity->issue.project;
    if (auto const* comment = std::get_if<sentry::comment>(&hook.what))
        return {{}, comment->project_slug, {}};
    if (auto const* metric = std::get_if<sentry::metric_alert>(&hook.what);
        metric && !metric->projects.empty())
        return {{}, metric->projects.front(), {}};
    return {};
}

/// An identifier of Sentry's fit for a column of 64 bytes; odd ones are shown nowhere and match nothing.
std::optional<std::string> short_id_or_null(std::string const& text) {
    return text.size() <= 64 ? or_null(text) : std::nullopt;
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        auto const end = std::min(text.find(','), text.size());
        if (auto const item = trim(text.substr(0, end)); !item.empty()) items.emplace_back(item);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return items;
}

/// The settings of an alert rule's action go over the mapping; its service needs no mapping at all.
void take_settings(
    db::transaction& tx, organization_id org, sentry::action_settings const& settings, routing& into
) {
    for (auto const& [name, value] : settings) {
        if (name == "severity" && !value.empty()) into.severity = value;
        if (name == "open") into.attach_only = value == "false";
        if (name == "notes") into.notes = value;
        if (name == "environments") into.environments = split_list(value);
        if (name != "service" || value.empty()) continue;
        auto const service = tx.run(find_service, org, value).first();
        into.result = service ? routing::kind::mapped : routing::kind::unknown_service;
        into.explained =
            service ? "the alert rule's action for service " + value
                    : "the alert rule's action names the service " + value + ", which does not exist";
        if (service) into.service = service->get<service_id>("service_id");
    }
}

routing mapped_to(db::row const& row) {
    routing found;
    found.service = row.get<service_id>("service_id");
    found.severity = row.text("severity");
    found.environments = row.get<std::vector<std::string>>("environments");
    found.min_level = row.get<std::optional<std::string>>("min_level");
    found.keep_on_archive = row.text("on_archive") == "keep";
    found.open_on_error = row.get<bool>("open_on_error");
    bool const paused = row.get<bool>("paused");
    found.result = paused ? routing::kind::inactive : routing::kind::mapped;
    found.explained =
        (paused ? "paused: " : "") + std::string("the mapping to service ") + row.text("service_slug");
    return found;
}

routing route_project(
    db::transaction& tx, receiving_integration const& of, sentry::project_ref const& project
) {
    auto const id = short_id_or_null(project.id);
    auto const row = tx.run(find_mapping, of.organization, of.integration, id, or_null(project.slug)).first();
    if (!row) return {};
    if (row->get<bool>("lacks_id") && id)
        tx.run(learn_project_id, of.organization, row->get<mapping_id>("mapping_id"), id);
    return mapped_to(*row);
}

/// The first listed project with an active mapping; else one that is paused; else none.
routing route_metric_alert(
    db::transaction& tx, receiving_integration const& of, sentry::metric_alert const& alert
) {
    routing best;
    for (auto const& slug : alert.projects) {
        auto const row = tx.run(find_mapping_by_slug, of.organization, of.integration, slug).first();
        if (!row) continue;
        auto found = mapped_to(*row);
        if (found.result == routing::kind::mapped) return found;
        best = std::move(found);
    }
    return best;
}

}  // namespace

std::optional<receiving_integration> find_receiver(db::transaction& tx, arrival const& what) {
    auto const row = what.own
                         ? tx.run(find_by_id, what.own->organization, what.own->integration).first()
                         : tx.run(find_by_installation, what.sentry_host, what.hook.installation).first();
    if (!row) return std::nullopt;
    auto const why = row->text("status_reason");
    // A dead token never silences a page: only an admin's Disconnect and an uninstall do.
    bool const silenced =
        row->text("status") == "disconnected" && (why == "uninstalled" || why == "disconnected_by_admin");
    return receiving_integration{
        row->get<organization_id>("organization_id"),
        row->get<integration_id>("integration_id"),
        known(integrations::parse_mode(row->text("mode")), "mode"),
        silenced,
        why == "uninstalled" ? "the integration was uninstalled in Sentry"
                             : "an admin disconnected the integration"
    };
}

void remember_unclaimed(
    db::transaction& tx,
    std::string const& sentry_host,
    uuid const& installation,
    sentry::installation_change const& what
) {
    auto const hash = what.code.empty() ? std::nullopt : std::optional(crypto::sha256(what.code.reveal()));
    auto const bytes = hash ? std::optional(byte_view(*hash)) : std::nullopt;
    tx.run(insert_unclaimed, sentry_host, installation, what.organization_slug, bytes);
}

void uninstall(db::transaction& tx, receiving_integration const& of) {
    tx.run(delete_credential, of.organization, of.integration);
    integrations::standing const uninstalled{
        integrations::status::disconnected, integrations::reason::uninstalled
    };
    integrations::move_status(
        tx, of.organization, of.integration, uninstalled, integrations::mover::uninstall
    );
}

timestamp current_time(db::transaction& tx) {
    return tx.run(select_now)[0].get<timestamp>("now");
}

locked_source lock_source(
    db::transaction& tx,
    receiving_integration const& of,
    source const& what,
    crypto::sha256_digest const& body,
    std::optional<crypto::sha256_digest> const& event
) {
    tx.run(insert_source, of.organization, of.integration, what.kind, what.id);
    auto const row =
        tx.run(lock_one_source, of.organization, of.integration, what.kind, what.id, byte_view(body))[0];
    locked_source locked{
        .memory =
            {.same_body = row.get<bool>("same_body"),
             .event_applied = false,
             .had_lifecycle = row.get<bool>("had_lifecycle"),
             .last_event_at = row.get<std::optional<timestamp>>("last_event_at")},
        .last_delivery = row.get<std::optional<delivery_id>>("last_delivery_id")
    };
    if (!event) return locked;
    if (auto const before = tx.run(find_event, of.organization, of.integration, byte_view(*event)).first()) {
        locked.memory.event_applied = true;
        locked.last_delivery = before->get<delivery_id>("delivery_id");
    }
    return locked;
}

routing find_routing(db::transaction& tx, receiving_integration const& of, sentry::webhook const& hook) {
    auto const* metric = std::get_if<sentry::metric_alert>(&hook.what);
    auto found = metric ? route_metric_alert(tx, of, *metric) : route_project(tx, of, project_of(hook));
    if (metric) take_settings(tx, of.organization, metric->settings, found);
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what))
        take_settings(tx, of.organization, alert->settings, found);
    return found;
}

std::optional<known_incident> find_newest(
    db::transaction& tx, receiving_integration const& of, source const& what
) {
    auto const row =
        tx.run(find_newest_incident, of.organization, of.integration, what.kind, what.id).first();
    if (!row) return std::nullopt;
    return known_incident{row->get<std::int64_t>("number"), read_state(*row)};
}

namespace {

std::int64_t write_new_incident(
    db::transaction& tx,
    receiving_integration const& of,
    source const& what,
    arrival const& from,
    routing const& where,
    std::optional<known_incident> const& known,
    incident_state const& state
) {
    auto const number = tx.run(next_number, of.organization)[0].get<std::int64_t>("last_number");
    auto const project = project_of(from.hook);
    auto const previous = known ? std::optional(known->number) : std::nullopt;
    tx.run(
        insert_incident,
        of.organization,
        number,
        where.service,
        of.integration,
        what.kind,
        what.id,
        short_id_or_null(project.id),
        or_null(project.slug),
        state.title,
        or_null(state.culprit),
        or_null(state.url),
        or_null(state.short_id),
        state.severity,
        or_null(state.environment),
        or_null(state.release),
        or_null(state.level),
        or_null(state.assignee),
        state.last_seen_at,
        state.occurrences,
        previous
    );
    return number;
}

}  // namespace

std::optional<std::int64_t> write_change(
    db::transaction& tx,
    receiving_integration const& of,
    source const& what,
    arrival const& from,
    routing const& where,
    std::optional<known_incident> const& known,
    decision const& made,
    delivery_id delivery
) {
    std::optional<std::int64_t> number = known ? std::optional(known->number) : std::nullopt;
    if (made.change == change::open)
        number = write_new_incident(tx, of, what, from, where, known, made.state);
    if (made.change == change::update) write_state(tx, of.organization, known->number, made.state);
    if (!number) return std::nullopt;
    // A person's name where a person did it in Sentry; rules and regressions are Sentry's own.
    actor const by{
        actor_kind::sentry, from.hook.actor.type == "user" ? from.hook.actor.name : "Sentry", std::nullopt
    };
    for (auto const& item : made.timeline) append_timeline(tx, of.organization, *number, item, by, delivery);
    return number;
}

void remember(
    db::transaction& tx,
    receiving_integration const& of,
    source const& what,
    decision const& made,
    crypto::sha256_digest const& body,
    std::optional<crypto::sha256_digest> const& event,
    std::optional<timestamp> event_at,
    delivery_id delivery
) {
    if (!made.applied) return;
    tx.run(
        update_source,
        of.organization,
        of.integration,
        what.kind,
        what.id,
        delivery,
        event_at,
        made.lifecycle,
        byte_view(body)
    );
    if (event) tx.run(insert_event, of.organization, of.integration, delivery, byte_view(*event));
}

void write_delivery(
    db::transaction& tx,
    receiving_integration const& of,
    arrival const& from,
    delivery_record const& what,
    crypto::sha256_digest const& body
) {
    auto const& hook = from.hook;
    auto const project = project_of(hook);
    auto const kind = what.about ? std::optional(what.about->kind) : std::nullopt;
    auto const source_id = what.about ? std::optional(what.about->id) : std::nullopt;
    auto const resource =
        hook.resource == sentry::resource::other ? hook.resource_name : std::string(to_string(hook.resource));
    auto const rule = repaired(what.rule, 500);
    auto const bytes = static_cast<std::int64_t>(from.body.size());
    auto const project_id = short_id_or_null(project.id);
    auto const raw = what.outcome == outcome::duplicate ? std::nullopt : std::optional(as_bytes(from.body));
    tx.run(
        insert_delivery,
        of.organization,
        what.id,
        of.integration,
        resource,
        hook.action,
        what.outcome,
        rule,
        from.request_id,
        from.hook_timestamp,
        from.signing_key,
        project_id,
        or_null(project.slug),
        kind,
        source_id,
        what.incident,
        what.duplicate_of,
        bytes,
        hook.cut,
        raw,
        byte_view(body)
    );
}

std::optional<accepted> find_delivery(db::transaction& tx, receiving_integration const& of, delivery_id id) {
    auto const row = tx.run(select_delivery, of.organization, id).first();
    if (!row) return std::nullopt;
    auto const known = parse_outcome(row->text("outcome"));
    return accepted{
        id, known.value_or(outcome::ignored), row->get<std::optional<std::int64_t>>("incident_number")
    };
}

}  // namespace tocsin::incidents
