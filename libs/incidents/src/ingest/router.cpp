#include "ingest/router.hpp"

#include "ingest/webhook_subject.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/db/columns.hpp>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

namespace tocsin::incidents {

namespace {

constexpr auto project_columns = db::within<router::routes::value_type>(
    &router::routes::value_type::first,
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
        db::column("slug", &router::service_key::slug)
    )
);

constexpr auto find_mappings =
    db::sql_text("select k.nth, m.* from ") + numbered_parameters(project_columns) + R"(
        cross join lateral
              (select m.mapping_id, m.service_id, s.slug as service_slug, m.environments, m.min_level, m.severity, m.on_archive, m.open_on_error,
                      m.sentry_project_id is null as lacks_id,
                      not m.active and (m.inactive_until is null or m.inactive_until > tocsin.now()) as paused
                 from tocsin.mappings m
                 join tocsin.services s on s.organization_id = m.organization_id and s.service_id = m.service_id
                where m.organization_id = k.organization_id and m.integration_id = k.integration_id)";

// By id; by slug only for a mapping that was entered by hand and does not have its id yet.
constexpr auto find_by_project_text = find_mappings + R"(
                  and (m.sentry_project_id = k.project_id or (m.sentry_project_id is null and m.sentry_project_slug = k.slug))
                order by m.sentry_project_id is null limit 1) m order by k.nth)";
constexpr db::statement find_by_project{"find_mappings_of_projects", find_by_project_text.c_str()};

// Metric alerts name their projects by slug only.
constexpr auto find_by_slug_text = find_mappings + R"(
                  and m.sentry_project_slug = k.slug
                order by m.sentry_project_id is null limit 1) m)";
constexpr db::statement find_by_slug{"find_mappings_of_project_slugs", find_by_slug_text.c_str()};

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
    "select k.nth, s.service_id from " + numbered_parameters(service_columns) + R"(
        cross join lateral
              (select s.service_id from tocsin.services s
                where s.organization_id = k.organization_id and s.slug = k.slug and s.archived_at is null
                limit 1) s)";
constexpr db::statement find_services{"find_services_by_slug", find_services_text.c_str()};

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

std::string_view named_service(sentry::action_settings const& settings) {
    std::string_view named;
    for (auto const& [name, value] : settings)
        if (name == "service" && !value.empty()) named = value;
    return named;
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

}  // namespace

void router::add_lookup(receiver const& target, sentry::webhook const& webhook) {
    if (auto const* metric = std::get_if<sentry::metric_alert>(&webhook.what)) {
        for (auto const& slug : metric->projects) by_slug_.try_emplace(key_of(target, slug));
        add_service(target.organization, metric->settings);
        return;
    }
    by_project_.try_emplace(key_of(target, project_of(webhook)));
    if (auto const* alert = std::get_if<sentry::event_alert>(&webhook.what))
        add_service(target.organization, alert->settings);
}

void router::add_service(organization_id org, sentry::action_settings const& settings) {
    if (auto const slug = named_service(settings); !slug.empty())
        services_.try_emplace({org, std::string(slug)});
}

void router::resolve(db::transaction& tx) {
    // A mapping that got its id may now match other projects: look them up again, once.
    if (!by_project_.empty() && resolve_projects(tx)) resolve_projects(tx);
    if (!by_slug_.empty()) {
        auto const entries = entries_of(by_slug_);
        for (auto const& row : db::run(tx, find_by_slug, project_columns, by_slug_))
            entries[db::parameter_index(row)]->second = read_routing(row);
    }
    if (!services_.empty()) {
        auto const entries = entries_of(services_);
        for (auto const& row : db::run(tx, find_services, service_columns, services_))
            entries[db::parameter_index(row)]->second = row.get<service_id>("service_id");
    }
}

/// Returns whether a mapping got its project's id.
bool router::resolve_projects(db::transaction& tx) {
    auto const entries = entries_of(by_project_);
    for (auto* entry : entries) entry->second.reset();
    std::vector<learned_id> learned;
    std::set<mapping_id> seen;
    for (auto const& row : db::run(tx, find_by_project, project_columns, by_project_)) {
        auto& [key, route] = *entries[db::parameter_index(row)];
        route = read_routing(row);
        auto const mapping = row.get<mapping_id>("mapping_id");
        if (row.get<bool>("lacks_id") && key.id && seen.insert(mapping).second)
            learned.push_back({key.organization, mapping, *key.id});
    }
    if (learned.empty()) return false;
    db::run(tx, set_project_ids, learned_columns, learned);
    return true;
}

routing router::route(receiver const& target, sentry::webhook const& webhook) const {
    if (auto const* metric = std::get_if<sentry::metric_alert>(&webhook.what)) {
        auto result = route_metric_alert(target, *metric);
        apply_settings(target.organization, metric->settings, result);
        return result;
    }
    auto result = by_project_.at(key_of(target, project_of(webhook))).value_or(routing{});
    if (auto const* alert = std::get_if<sentry::event_alert>(&webhook.what))
        apply_settings(target.organization, alert->settings, result);
    return result;
}

/// By the first listed project with an active mapping, else by one whose mapping is paused.
routing router::route_metric_alert(receiver const& target, sentry::metric_alert const& alert) const {
    routing best;
    for (auto const& slug : alert.projects) {
        auto const& route = by_slug_.at(key_of(target, slug));
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
    std::string const slug(named_service(settings));
    if (slug.empty()) return;
    auto const& service = services_.at({org, slug});
    route.result = service ? routing::kind::mapped : routing::kind::unknown_service;
    route.description = service
                            ? "the alert rule's action for service " + slug
                            : "the alert rule's action names the service " + slug + ", which does not exist";
    if (service) route.service = *service;
}

}  // namespace tocsin::incidents
