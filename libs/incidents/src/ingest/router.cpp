#include "ingest/router.hpp"

#include "ingest/webhook_subject.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/db/columns.hpp>
#include <tocsin/integrations/project_names.hpp>

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

namespace tocsin::incidents {

namespace {

constexpr auto project_columns = db::within<router::projects::value_type>(
    &router::projects::value_type::first,
    db::columns<router::project_key>(
        db::column("organization_id", &router::project_key::organization),
        db::column("integration_id", &router::project_key::integration),
        db::column("project_id", &router::project_key::id),
        db::column("slug", &router::project_key::slug)
    )
);
constexpr auto service_columns = db::within<router::services::value_type>(
    &router::services::value_type::first,
    db::columns<router::service_key>(
        db::column("organization_id", &router::service_key::organization),
        db::column("service_id", [](router::service_key const& key) { return service_id::parse(key.name); }),
        db::column("slug", &router::service_key::name)
    )
);

// By id, which a slug alone has through the project that had it most recently. By slug only for a mapping
// that does not have its project's id yet, or a slug that no project is known to have.
// `offset 0` keeps the subquery from being evaluated once for each use of its column.
constexpr auto find_projects_text =
    db::sql_text("select k.nth, r.project_id, n.project_id is not distinct from r.project_id as has_slug, ") +
    R"(m.mapping_id, m.service_id, s.slug as service_slug, m.environments, m.min_level, m.severity, m.on_archive, m.open_on_error,
               m.sentry_project_id is null as lacks_id,
               not m.active and (m.inactive_until is null or m.inactive_until > tocsin.now()) as paused
          from )" +
    numbered_parameters(project_columns) + " cross join lateral (select " + integrations::project_with_slug +
    R"( as project_id offset 0) n
        cross join lateral (select coalesce(k.project_id, n.project_id) as project_id) r
        left join tocsin.mappings m
               on m.organization_id = k.organization_id
              and m.mapping_id = coalesce(
                      (select a.mapping_id from tocsin.mappings a
                        where a.organization_id = k.organization_id and a.integration_id = k.integration_id
                          and a.sentry_project_id = r.project_id),
                      (select a.mapping_id from tocsin.mappings a
                        where a.organization_id = k.organization_id and a.integration_id = k.integration_id
                          and a.sentry_project_slug = k.slug and a.sentry_project_id is null),
                      (select a.mapping_id from tocsin.mappings a
                        where a.organization_id = k.organization_id and a.integration_id = k.integration_id
                          and a.sentry_project_slug = k.slug and r.project_id is null limit 1))
        left join tocsin.services s on s.organization_id = m.organization_id and s.service_id = m.service_id)";
constexpr db::statement find_projects_and_mappings{"find_projects_and_mappings", find_projects_text.c_str()};

/// The project id that a mapping by slug gets.
struct learned_id {
    organization_id organization;
    mapping_id mapping;
    std::string project;
};
constexpr auto learned_columns = db::columns<learned_id>(
    db::column("organization_id", &learned_id::organization),
    db::column("mapping_id", &learned_id::mapping),
    db::column("project_id", &learned_id::project)
);
constexpr auto set_project_ids_text =
    "update tocsin.mappings m set sentry_project_id = k.project_id from " + parameters(learned_columns) +
    " where m.organization_id = k.organization_id and m.mapping_id = k.mapping_id and m.sentry_project_id is null";
constexpr db::statement set_project_ids{"set_project_ids_of_mappings", set_project_ids_text.c_str()};

constexpr auto find_services_text =
    "select k.nth, s.service_id, s.slug from " + numbered_parameters(service_columns) + R"(
        cross join lateral
              (select n.service_id, n.slug
                 from (select s.service_id, s.slug, s.archived_at, 1 as place from tocsin.services s
                        where s.organization_id = k.organization_id and s.service_id = k.service_id
                        union all
                       select s.service_id, s.slug, s.archived_at, 2 from tocsin.services s
                        where s.organization_id = k.organization_id and s.slug = k.slug and s.archived_at is null
                        union all
                       select s.service_id, s.slug, s.archived_at, 3
                         from tocsin.service_former_slugs f
                         join tocsin.services s on s.organization_id = f.organization_id and s.service_id = f.service_id
                        where f.organization_id = k.organization_id and f.slug = k.slug) n
                where n.archived_at is null
                order by n.place limit 1) s)";
constexpr db::statement find_services{"find_services", find_services_text.c_str()};

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        auto const end = std::min(text.find(','), text.size());
        if (auto const item = trim(text.substr(0, end)); !item.empty()) items.emplace_back(item);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return items;
}

routing read_routing(db::row const& row) {
    routing route;
    route.service = row.get<service_id>("service_id");
    route.severity = row.text("severity");
    route.environments = row.get<std::vector<std::string>>("environments");
    route.min_level = row.get<std::optional<std::string>>("min_level");
    route.keep_on_archive = row.text("on_archive") == "keep";
    route.open_on_error = row.get<bool>("open_on_error");
    bool const paused = row.get<bool>("paused");
    route.result = paused ? routing::kind::inactive : routing::kind::mapped;
    route.description =
        (paused ? "paused: " : "") + std::string("the mapping to service ") + row.text("service_slug");
    return route;
}

constexpr std::size_t longest_service_name = 200;  // as the column's check

std::string_view named_service(sentry::action_settings const& settings) {
    std::string_view named;
    for (auto const& [name, value] : settings)
        if (name == "service" && !trim(value).empty()) named = trim(value);
    return named;
}

/// The projects whose webhooks name a slug that is not recorded as theirs. Of several slugs in a batch, the
/// last one counts.
std::vector<integrations::named_project> new_names_in(router::projects const& all) {
    std::map<
        std::tuple<organization_id, integration_id, std::string_view>,
        router::projects::value_type const*>
        last;
    for (auto const& one : all) {
        auto const& [key, project] = one;
        if (!key.id || !key.slug || project.last_current == 0) continue;
        auto& latest = last[{key.organization, key.integration, *key.id}];
        if (latest == nullptr || latest->second.last_current < project.last_current) latest = &one;
    }
    std::vector<integrations::named_project> names;
    for (auto const& [id, one] : last) {
        auto const& key = one->first;
        if (!one->second.is_recorded)
            names.push_back({key.organization, key.integration, *key.id, *key.slug, std::nullopt});
    }
    return names;
}

/// Each project has one mapping at most.
std::vector<learned_id> new_ids_in(router::projects const& all) {
    std::vector<learned_id> learned;
    std::set<mapping_id> mappings;
    std::set<std::tuple<organization_id, integration_id, std::string_view>> projects;
    for (auto const& [key, project] : all) {
        if (!project.id || !project.incomplete_mapping) continue;
        if (projects.insert({key.organization, key.integration, *project.id}).second &&
            mappings.insert(*project.incomplete_mapping).second)
            learned.push_back({key.organization, *project.incomplete_mapping, *project.id});
    }
    return learned;
}

/// An id that is too long for its column matches nothing.
std::optional<std::string> id_or_null(std::string const& id) {
    return id.empty() || id.size() > 64 ? std::nullopt : std::optional(id);
}

router::project_key key_of(receiver const& target, sentry::project_ref const& project) {
    auto const slug = project.slug.empty() ? std::nullopt : std::optional(project.slug);
    return {target.organization, target.integration, id_or_null(project.id), slug};
}

router::project_key key_of(receiver const& target, std::string const& slug) {
    return {target.organization, target.integration, std::nullopt, slug};
}

/// The values of a map, by the index of their keys.
template <class Map>
std::vector<typename Map::value_type*> entries_of(Map& map) {
    std::vector<typename Map::value_type*> all;
    all.reserve(map.size());
    for (auto& entry : map) all.push_back(&entry);
    return all;
}

/// Of Tocsin's own action in the rule that sent the webhook.
sentry::action_settings settings_of(receiver const& target, sentry::webhook const& webhook) {
    if (auto const* alert = std::get_if<sentry::event_alert>(&webhook.what)) return alert->settings;
    if (auto const* activity = std::get_if<sentry::activity_alert>(&webhook.what)) return activity->settings;
    if (auto const* metric = std::get_if<sentry::metric_alert>(&webhook.what))
        return sentry::own_settings(*metric, webhook.action, webhook.installation, target.app_id);
    return {};
}

}  // namespace

void router::add_lookup(receiver const& target, sentry::webhook const& webhook, webhook_age age) {
    add_service(target.organization, settings_of(target, webhook));
    if (auto const* metric = std::get_if<sentry::metric_alert>(&webhook.what))
        for (auto const& slug : metric->projects) add_project(key_of(target, slug), age);
    else
        add_project(key_of(target, project_of(webhook)), age);
}

void router::add_project(project_key key, webhook_age age) {
    auto& project = projects_[std::move(key)];
    ++lookups_;
    if (age == webhook_age::current) project.last_current = lookups_;
}

void router::add_service(organization_id org, sentry::action_settings const& settings) {
    if (auto const name = named_service(settings); !name.empty())
        services_.try_emplace({org, std::string(name)});
}

void router::resolve(db::transaction& tx) {
    // New names change what the slugs of a batch mean: look them up again, once.
    if (!projects_.empty()) {
        find_projects(tx);
        if (record_names(tx)) find_projects(tx);
    }
    if (!services_.empty()) {
        auto const entries = entries_of(services_);
        for (auto const& row : db::run(tx, find_services, service_columns, services_))
            entries[db::parameter_index(row)]->second = {row.get<service_id>("service_id"), row.text("slug")};
    }
}

void router::find_projects(db::transaction& tx) {
    auto const entries = entries_of(projects_);
    for (auto const& row : db::run(tx, find_projects_and_mappings, project_columns, projects_)) {
        auto& project = entries[db::parameter_index(row)]->second;
        project.id = row.get<std::optional<std::string>>("project_id");
        project.is_recorded = row.get<bool>("has_slug");
        project.mapping.reset();
        project.incomplete_mapping.reset();
        if (row.is_null("mapping_id")) continue;
        project.mapping = read_routing(row);
        if (row.get<bool>("lacks_id")) project.incomplete_mapping = row.get<mapping_id>("mapping_id");
    }
}

bool router::record_names(db::transaction& tx) {
    auto const names = new_names_in(projects_);
    auto const ids = new_ids_in(projects_);
    integrations::record_projects(tx, names);
    if (!ids.empty()) db::run(tx, set_project_ids, learned_columns, ids);
    return !names.empty() || !ids.empty();
}

std::optional<std::string> router::find_project_id(receiver const& target, sentry::webhook const& webhook)
    const {
    auto const found = projects_.find(key_of(target, project_of(webhook)));
    return found == projects_.end() ? std::nullopt : found->second.id;
}

routing router::route(receiver const& target, sentry::webhook const& webhook) const {
    auto const* metric = std::get_if<sentry::metric_alert>(&webhook.what);
    auto result = metric ? route_metric_alert(target, *metric)
                         : projects_.at(key_of(target, project_of(webhook))).mapping.value_or(routing{});
    apply_settings(target.organization, settings_of(target, webhook), result);
    return result;
}

/// By the first listed project with an active mapping, else by one whose mapping is paused.
routing router::route_metric_alert(receiver const& target, sentry::metric_alert const& alert) const {
    routing best;
    for (auto const& slug : alert.projects) {
        auto const& route = projects_.at(key_of(target, slug)).mapping;
        if (!route) continue;
        if (route->result == routing::kind::mapped) return *route;
        best = *route;
    }
    return best;
}

/// The settings of an alert rule's action override the mapping. A service that they name needs no mapping.
void router::apply_settings(organization_id org, sentry::action_settings const& settings, routing& route)
    const {
    for (auto const& [name, value] : settings) {
        if (name == "severity" && !value.empty()) route.severity = value;
        if (name == "open") route.attach_only = value == "false";
        if (name == "notes") route.notes = value;
        if (name == "environments") route.environments = split_list(value);
    }
    std::string const name(named_service(settings));
    // A pause holds for all rules of the project.
    if (name.empty() || route.result == routing::kind::inactive) return;
    if (auto const& service = services_.at({org, name})) {
        route.result = routing::kind::mapped;
        route.service = service->id;
        route.description = "the alert rule's action for service " + service->slug;
        return;
    }
    auto const why = "the alert rule's action names the service " + printable(name, longest_service_name) +
                     ", which does not exist or is archived";
    route.requested_service = printable(name, longest_service_name);
    if (route.result != routing::kind::unmapped) {
        route.notes = route.notes.empty() ? why : why + "\n" + route.notes;
        return;
    }
    route.result = routing::kind::unknown_service;
    route.description = why + ", and the Sentry project is not mapped";
}

}  // namespace tocsin::incidents
