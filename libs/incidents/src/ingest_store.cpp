#include "ingest_store.hpp"

#include "incident_row.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/db/array.hpp>
#include <tocsin/integrations/status_store.hpp>

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

// An integration whose own key verified is found by its id, whatever installation the body names; its host is
// empty here, so that no installation matches.
constexpr db::statement find_all_receivers{
    "find_receiving_integrations",
    R"(select k.nth, tocsin.now() as now, i.organization_id, i.integration_id, i.mode, i.status, i.status_reason
         from unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[])
              with ordinality as k (sentry_host, installation_id, own_organization_id, own_integration_id, nth)
         left join lateral
              (select i.organization_id, i.integration_id, i.mode, i.status, i.status_reason
                 from tocsin.installation_owners o
                 join tocsin.integrations i on i.organization_id = o.organization_id and i.integration_id = o.integration_id
                where o.sentry_host = k.sentry_host and o.installation_id = k.installation_id and i.installation_id = k.installation_id
               union all
               select i.organization_id, i.integration_id, i.mode, i.status, i.status_reason
                 from tocsin.integrations i
                where i.organization_id = k.own_organization_id and i.integration_id = k.own_integration_id
                limit 1) i on true)"
};

constexpr db::statement insert_unclaimed{
    "insert_unclaimed_installation",
    R"(insert into tocsin.unclaimed_installations (sentry_host, installation_id, sentry_org_slug, code_hash)
       values ($1, $2, $3, $4) on conflict do nothing)"
};

constexpr db::statement delete_credential{
    "delete_credential", "delete from tocsin.credentials where organization_id = $1 and integration_id = $2"
};

constexpr db::statement next_numbers{
    "next_incident_numbers",
    R"(insert into tocsin.incident_counters as c (organization_id, last_number)
       select k.organization_id, k.wanted from unnest($1::uuid[], $2::bigint[]) as k (organization_id, wanted)
       on conflict (organization_id) do update set last_number = c.last_number + excluded.last_number
       returning c.organization_id, c.last_number)"
};

constexpr db::statement insert_all_incidents{
    "insert_incidents",
    R"(insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, project_id, project_slug, title, culprit,
                                     url, short_id, status, severity, environment, release, level, assignee, resolved_at, resolution, opened_at,
                                     last_seen_at, occurrences, reopened_count, previous_number)
       select k.organization_id, k.number, k.service_id, k.integration_id, k.source_kind, k.source_id, k.project_id, k.project_slug, k.title, k.culprit,
              k.url, k.short_id, k.status, k.severity, k.environment, k.release, k.level, k.assignee, k.resolved_at, k.resolution, tocsin.now(),
              k.last_seen_at, k.occurrences, k.reopened_count, k.previous_number
         from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                     $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::timestamptz[],
                     $20::text[], $21::timestamptz[], $22::bigint[], $23::bigint[], $24::bigint[])
              as k (organization_id, number, service_id, integration_id, source_kind, source_id, project_id, project_slug, title, culprit,
                    url, short_id, status, severity, environment, release, level, assignee, resolved_at, resolution, last_seen_at, occurrences,
                    reopened_count, previous_number))"
};

// Found where they were read, and written only if nobody has changed them since. Unchanged values keep the
// update heap-only.
constexpr db::statement update_all_incidents{
    "update_incidents",
    R"(update tocsin.incidents i
          set status = k.status, severity = k.severity, title = k.title, culprit = k.culprit, url = k.url, short_id = k.short_id,
              environment = k.environment, release = k.release, level = k.level, assignee = k.assignee, acknowledged_at = k.acknowledged_at,
              resolved_at = k.resolved_at, resolution = k.resolution, last_seen_at = k.last_seen_at, occurrences = k.occurrences,
              reopened_count = k.reopened_count, version = i.version + 1
         from unnest($1::tid[], $2::bigint[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                     $11::text[], $12::text[], $13::text[], $14::text[], $15::timestamptz[], $16::timestamptz[], $17::text[], $18::timestamptz[],
                     $19::bigint[], $20::bigint[])
              as k (place, version, organization_id, number, status, severity, title, culprit, url, short_id, environment, release, level, assignee,
                    acknowledged_at, resolved_at, resolution, last_seen_at, occurrences, reopened_count)
        where i.ctid = k.place and i.organization_id = k.organization_id and i.number = k.number and i.version = k.version)"
};

constexpr db::statement repeat_all_incidents{
    "repeat_incidents",
    R"(update tocsin.incidents i
          set last_seen_at = k.last_seen_at, occurrences = k.occurrences, version = i.version + 1
         from unnest($1::tid[], $2::bigint[], $3::uuid[], $4::bigint[], $5::timestamptz[], $6::bigint[])
              as k (place, version, organization_id, number, last_seen_at, occurrences)
        where i.ctid = k.place and i.organization_id = k.organization_id and i.number = k.number and i.version = k.version)"
};

constexpr db::statement insert_timeline{
    "insert_timeline_entries",
    R"(insert into tocsin.timeline (organization_id, incident_number, kind, actor_type, actor_name, from_value, to_value, text, delivery_id)
       select k.organization_id, k.incident_number, k.kind, k.actor_type, k.actor_name, k.from_value, k.to_value, k.text, k.delivery_id
         from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[])
              as k (organization_id, incident_number, kind, actor_type, actor_name, from_value, to_value, text, delivery_id))"
};

constexpr db::statement insert_deliveries{
    "insert_deliveries",
    R"(insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, request_id, hook_timestamp, signing_key,
                                      project_id, project_slug, source_kind, source_id, incident_number, duplicate_of, body_bytes, cut, body, body_sha256)
       select k.organization_id, k.delivery_id, k.integration_id, k.resource, k.action, k.outcome, k.rule, k.request_id, k.hook_timestamp, k.signing_key,
              k.project_id, k.project_slug, k.source_kind, k.source_id, k.incident_number, k.duplicate_of, k.body_bytes, k.cut, k.body, k.body_sha256
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                     $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::uuid[], $17::bigint[], $18::boolean[], $19::bytea[], $20::bytea[])
              as k (organization_id, delivery_id, integration_id, resource, action, outcome, rule, request_id, hook_timestamp, signing_key,
                    project_id, project_slug, source_kind, source_id, incident_number, duplicate_of, body_bytes, cut, body, body_sha256))"
};

constexpr db::statement select_delivery{
    "find_delivery_outcome",
    "select outcome, incident_number from tocsin.deliveries where organization_id = $1 and integration_id = "
    "$2 "
    "and delivery_id = $3"
};

/// Empty is null.
void add_or_null(texts& to, std::string const& text) {
    to.add(text.empty() ? std::nullopt : std::optional<std::string_view>(text));
}

}  // namespace

std::optional<std::string> text_or_null(std::string const& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::string> short_id_or_null(std::string const& text) {
    return text.size() <= 64 ? text_or_null(text) : std::nullopt;
}

std::size_t place_of(db::row const& row) {
    return static_cast<std::size_t>(row.get<std::int64_t>("nth") - 1);
}

found_receivers find_receivers(db::transaction& tx, std::vector<receiver_key> const& keys) {
    texts hosts;
    uuids installations, own_organizations, own_integrations;
    for (auto const& key : keys) {
        bool const is_own = key.own_integration != integration_id{};
        hosts.add(is_own ? std::string_view() : std::string_view(key.sentry_host));
        installations.add(key.installation);
        own_organizations.add(key.own_organization.value);
        own_integrations.add(key.own_integration.value);
    }
    found_receivers found{.of = std::vector<std::optional<receiving_integration>>(keys.size()), .now = {}};
    for (auto const& row :
         tx.run(find_all_receivers, hosts, installations, own_organizations, own_integrations)) {
        found.now = row.get<timestamp>("now");
        if (row.is_null("integration_id")) continue;
        auto const why = row.text("status_reason");
        // A dead token never silences a page: only an admin's Disconnect and an uninstall do.
        bool const silenced =
            row.text("status") == "disconnected" && (why == "uninstalled" || why == "disconnected_by_admin");
        found.of[place_of(row)] = receiving_integration{
            row.get<organization_id>("organization_id"),
            row.get<integration_id>("integration_id"),
            known(integrations::parse_mode(row.text("mode")), "mode"),
            silenced,
            why == "uninstalled" ? "the integration was uninstalled in Sentry"
                                 : "an admin disconnected the integration"
        };
    }
    return found;
}

void remember_unclaimed(
    db::transaction& tx, receiver_key const& of, sentry::installation_change const& what
) {
    auto const hash = what.code.empty() ? std::nullopt : std::optional(crypto::sha256(what.code.reveal()));
    auto const bytes_or_null = hash ? std::optional(byte_view(*hash)) : std::nullopt;
    tx.run(insert_unclaimed, of.sentry_host, of.installation, what.organization_slug, bytes_or_null);
}

void uninstall(db::transaction& tx, receiving_integration const& of) {
    tx.run(delete_credential, of.organization, of.integration);
    integrations::status_with_reason const uninstalled{
        integrations::status::disconnected, integrations::reason::uninstalled
    };
    integrations::transition_status(
        tx, of.organization, of.integration, uninstalled, integrations::transition_cause::uninstall
    );
}

void lock_counters(db::transaction& tx, std::vector<source_key> const& keys) {
    std::map<organization_id, std::int64_t> none;
    for (auto const& key : keys) none.emplace(key.organization, 0);
    take_numbers(tx, none);
}

std::map<organization_id, std::int64_t> take_numbers(
    db::transaction& tx, std::map<organization_id, std::int64_t> const& wanted
) {
    uuids organizations;
    numbers counts;
    for (auto const& [organization, count] : wanted) {
        organizations.add(organization);
        counts.add(count);
    }
    std::map<organization_id, std::int64_t> last;
    for (auto const& row : tx.run(next_numbers, organizations, counts))
        last.emplace(row.get<organization_id>("organization_id"), row.get<std::int64_t>("last_number"));
    return last;
}

namespace {

/// The columns of an incident's state that both ways of writing it have.
struct state_columns {
    uuids organizations;
    numbers all_numbers, occurrences, reopened;
    texts titles, culprits, urls, short_ids, statuses, severities, environments, releases, levels, assignees,
        resolutions;
    times resolved, last_seen;

    void add(organization_id organization, known_incident const& is) {
        auto const& state = is.state;
        organizations.add(organization);
        all_numbers.add(is.number);
        occurrences.add(state.occurrences);
        reopened.add(state.reopened_count);
        titles.add(state.title);
        add_or_null(culprits, state.culprit);
        add_or_null(urls, state.url);
        add_or_null(short_ids, state.short_id);
        statuses.add(to_string(state.status));
        severities.add(to_string(state.severity));
        add_or_null(environments, state.environment);
        add_or_null(releases, state.release);
        add_or_null(levels, state.level);
        add_or_null(assignees, state.assignee);
        resolutions.add(
            state.resolution ? std::optional<std::string_view>(to_string(*state.resolution)) : std::nullopt
        );
        resolved.add(state.resolved_at);
        last_seen.add(state.last_seen_at);
    }
};

}  // namespace

void insert_incidents(db::transaction& tx, std::vector<incident_write> const& all) {
    if (all.empty()) return;
    state_columns states;
    uuids services, integrations;
    texts kinds, source_ids, project_ids, project_slugs;
    numbers previous;
    for (auto const& one : all) {
        states.add(one.organization, one.what.is);
        services.add(one.service);
        integrations.add(one.integration);
        kinds.add(to_string(one.about.kind));
        source_ids.add(one.about.id);
        project_ids.add(short_id_or_null(one.project.id));
        add_or_null(project_slugs, one.project.slug);
        previous.add(one.what.follows);
    }
    tx.run(
        insert_all_incidents,
        states.organizations,
        states.all_numbers,
        services,
        integrations,
        kinds,
        source_ids,
        project_ids,
        project_slugs,
        states.titles,
        states.culprits,
        states.urls,
        states.short_ids,
        states.statuses,
        states.severities,
        states.environments,
        states.releases,
        states.levels,
        states.assignees,
        states.resolved,
        states.resolutions,
        states.last_seen,
        states.occurrences,
        states.reopened,
        previous
    );
}

void update_incidents(db::transaction& tx, std::vector<incident_write> const& all) {
    if (all.empty()) return;
    state_columns states;
    places where;
    numbers versions;
    times acknowledged;
    for (auto const& one : all) {
        where.add(one.what.read.place);
        versions.add(one.what.read.version);
        states.add(one.organization, one.what.is);
        acknowledged.add(one.what.is.state.acknowledged_at);
    }
    auto const done = tx.run(
        update_all_incidents,
        where,
        versions,
        states.organizations,
        states.all_numbers,
        states.statuses,
        states.severities,
        states.titles,
        states.culprits,
        states.urls,
        states.short_ids,
        states.environments,
        states.releases,
        states.levels,
        states.assignees,
        acknowledged,
        states.resolved,
        states.resolutions,
        states.last_seen,
        states.occurrences,
        states.reopened
    );
    expect_written(done.affected(), all.size());
}

void repeat_incidents(db::transaction& tx, std::vector<incident_write> const& all) {
    if (all.empty()) return;
    places where;
    uuids organizations;
    numbers versions, all_numbers, occurrences;
    times last_seen;
    for (auto const& one : all) {
        where.add(one.what.read.place);
        versions.add(one.what.read.version);
        organizations.add(one.organization);
        all_numbers.add(one.what.is.number);
        last_seen.add(one.what.is.state.last_seen_at);
        occurrences.add(one.what.is.state.occurrences);
    }
    auto const done =
        tx.run(repeat_all_incidents, where, versions, organizations, all_numbers, last_seen, occurrences);
    expect_written(done.affected(), all.size());
}

void append_timelines(db::transaction& tx, std::vector<timeline_write> const& all) {
    if (all.empty()) return;
    uuids organizations, deliveries;
    numbers incidents;
    texts kinds, actor_types, actors, from_values, to_values, notes;
    for (auto const& one : all) {
        organizations.add(one.organization);
        incidents.add(one.incident);
        kinds.add(to_string(one.item.kind));
        actor_types.add(to_string(one.by.kind));
        actors.add(one.by.name);
        add_or_null(from_values, one.item.from);
        add_or_null(to_values, one.item.to);
        add_or_null(notes, one.item.text);
        deliveries.add(one.delivery);
    }
    tx.run(
        insert_timeline,
        organizations,
        incidents,
        kinds,
        actor_types,
        actors,
        from_values,
        to_values,
        notes,
        deliveries
    );
}

namespace {

/// A duplicate has no body of its own; and a grant's code is a secret, which no log keeps.
bool keeps_body(delivery_record const& of) {
    auto const* change = std::get_if<sentry::installation_change>(&of.from.hook.what);
    return of.outcome != outcome::duplicate && !(change && !change->code.empty());
}

}  // namespace

void write_deliveries(db::transaction& tx, std::vector<delivery_record const*> const& all) {
    if (all.empty()) return;
    uuids organizations, ids, integrations, duplicates;
    texts resources, actions, outcomes, rules, request_ids, hook_timestamps, signing_keys, project_ids,
        project_slugs, kinds, source_ids;
    numbers incidents, sizes;
    flags cuts;
    bytes bodies, hashes;
    std::size_t total = 0;
    for (auto const* one : all) total += one->from.body.size() + 4;
    bodies.reserve(total);
    for (auto const* one : all) {
        auto const& from = one->from;
        auto const& hook = from.hook;
        auto const project = project_of(hook);
        organizations.add(one->of.organization);
        ids.add(one->id);
        integrations.add(one->of.integration);
        resources.add(
            hook.resource == sentry::resource::other ? std::string_view(hook.resource_name)
                                                     : to_string(hook.resource)
        );
        actions.add(hook.action);
        outcomes.add(to_string(one->outcome));
        rules.add(repaired(one->rule, 500));
        request_ids.add(from.request_id);
        hook_timestamps.add(from.hook_timestamp);
        signing_keys.add(from.signing_key);
        project_ids.add(short_id_or_null(project.id));
        add_or_null(project_slugs, project.slug);
        kinds.add(one->about ? std::optional<std::string_view>(to_string(one->about->kind)) : std::nullopt);
        source_ids.add(one->about ? std::optional<std::string_view>(one->about->id) : std::nullopt);
        incidents.add(one->incident);
        duplicates.add(one->duplicate_of);
        sizes.add(static_cast<std::int64_t>(from.body.size()));
        cuts.add(hook.cut);
        bodies.add(keeps_body(*one) ? std::optional(as_bytes(from.body)) : std::nullopt);
        hashes.add(one->body);
    }
    tx.run(
        insert_deliveries,
        organizations,
        ids,
        integrations,
        resources,
        actions,
        outcomes,
        rules,
        request_ids,
        hook_timestamps,
        signing_keys,
        project_ids,
        project_slugs,
        kinds,
        source_ids,
        incidents,
        duplicates,
        sizes,
        cuts,
        bodies,
        hashes
    );
}

std::optional<accepted> find_delivery(
    db::transaction& tx, organization_id of, integration_id from, delivery_id id
) {
    auto const row = tx.run(select_delivery, of, from, id).first();
    if (!row) return std::nullopt;
    auto const known = parse_outcome(row->text("outcome"));
    return accepted{
        id, known.value_or(outcome::ignored), row->get<std::optional<std::int64_t>>("incident_number")
    };
}

}  // namespace tocsin::incidents
