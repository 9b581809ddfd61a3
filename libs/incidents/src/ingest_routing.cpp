#include "ingest_routing.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/db/array.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace tocsin::incidents {

namespace {

// By id; by slug only for a mapping that was typed in by hand and has not met its id yet.
constexpr db::statement find_mappings{
    "find_mappings_of_projects",
    R"(select k.nth, m.mapping_id, m.service_id, m.service_slug, m.environments, m.min_level, m.severity, m.on_archive, m.open_on_error, m.lacks_id, m.paused
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality as k (organization_id, integration_id, project_id, slug, nth)
        cross join lateral
              (select m.mapping_id, m.service_id, s.slug as service_slug, m.environments, m.min_level, m.severity, m.on_archive, m.open_on_error,
                      m.sentry_project_id is null as lacks_id,
                      not m.active and (m.inactive_until is null or m.inactive_until > tocsin.now()) as paused
                 from tocsin.mappings m
                 join tocsin.services s on s.organization_id = m.organization_id and s.service_id = m.service_id
                where m.organization_id = k.organization_id and m.integration_id = k.integration_id
                  and (m.sentry_project_id = k.project_id or (m.sentry_project_id is null and m.sentry_project_slug = k.slug))
                order by m.sentry_project_id is null
                limit 1) m
        order by k.nth)"
};

// Metric alerts name their projects by slug alone.
constexpr db::statement find_mappings_by_slug{
    "find_mappings_of_project_slugs",
    R"(select k.nth, m.mapping_id, m.service_id, m.service_slug, m.environments, m.min_level, m.severity, m.on_archive, m.open_on_error, m.paused
         from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as k (organization_id, integration_id, slug, nth)
        cross join lateral
              (select m.mapping_id, m.service_id, s.slug as service_slug, m.environments, m.min_level, m.severity, m.on_archive, m.open_on_error,
                      not m.active and (m.inactive_until is null or m.inactive_until > tocsin.now()) as paused
                 from tocsin.mappings m
                 join tocsin.services s on s.organization_id = m.organization_id and s.service_id = m.service_id
                where m.organization_id = k.organization_id and m.integration_id = k.integration_id and m.sentry_project_slug = k.slug
                order by m.sentry_project_id is null
                limit 1) m)"
};

constexpr db::statement learn_project_ids{
    "learn_project_ids",
    R"(update tocsin.mappings m set sentry_project_id = k.project_id
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as k (organization_id, mapping_id, project_id)
        where m.organization_id = k.organization_id and m.mapping_id = k.mapping_id and m.sentry_project_id is null)"
};

constexpr db::statement find_services{
    "find_services_by_slug",
    R"(select k.nth, s.service_id
         from unnest($1::uuid[], $2::text[]) with ordinality as k (organization_id, slug, nth)
        cross join lateral
              (select s.service_id from tocsin.services s
                where s.organization_id = k.organization_id and s.slug = k.slug and s.archived_at is null
                limit 1) s)"
};

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        auto const end = std::min(text.find(','), text.size());
        if (auto const item = trim(text.substr(0, end)); !item.empty()) items.emplace_back(item);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return items;
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

std::string_view named_service(sentry::action_settings const& settings) {
    std::string_view named;
    for (auto const& [name, value] : settings)
        if (name == "service" && !value.empty()) named = value;
    return named;
}

}  // namespace

router::project_key router::key_of(receiving_integration const& of, sentry::project_ref const& project) {
    return {of.organization, of.integration, short_id_or_null(project.id), text_or_null(project.slug)};
}

void router::want(receiving_integration const& of, sentry::webhook const& hook) {
    if (auto const* metric = std::get_if<sentry::metric_alert>(&hook.what)) {
        for (auto const& slug : metric->projects)
            by_slug_.try_emplace({of.organization, of.integration, std::nullopt, slug});
        want_settings(of.organization, metric->settings);
        return;
    }
    by_project_.try_emplace(key_of(of, project_of(hook)));
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what))
        want_settings(of.organization, alert->settings);
}

void router::want_settings(organization_id org, sentry::action_settings const& settings) {
    for (auto const& [name, value] : settings)
        if (name == "service" && !value.empty()) services_.try_emplace({org, value});
}

void router::look_up(db::transaction& tx) {
    // A mapping that has met its id may lead others elsewhere: they are looked up again, once.
    if (!by_project_.empty() && look_up_projects(tx)) look_up_projects(tx);
    if (!by_slug_.empty()) look_up_slugs(tx);
    if (!services_.empty()) look_up_services(tx);
}

/// Whether a mapping met its id.
bool router::look_up_projects(db::transaction& tx) {
    db::array<uuid> organizations, integrations;
    db::array<std::string_view> ids, slugs;
    std::vector<routes::value_type*> asked;
    for (auto& one : by_project_) {
        one.second.reset();
        organizations.add(one.first.organization);
        integrations.add(one.first.integration);
        ids.add(one.first.id);
        slugs.add(one.first.slug);
        asked.push_back(&one);
    }
    db::array<uuid> learned_by, learners;
    db::array<std::string_view> learned;
    std::set<mapping_id> once;
    for (auto const& row : tx.run(find_mappings, organizations, integrations, ids, slugs)) {
        auto& [key, found] = *asked[place_of(row)];
        found = mapped_to(row);
        auto const mapping = row.get<mapping_id>("mapping_id");
        if (!row.get<bool>("lacks_id") || !key.id || !once.insert(mapping).second) continue;
        learned_by.add(key.organization);
        learners.add(mapping);
        learned.add(key.id);
    }
    if (once.empty()) return false;
    tx.run(learn_project_ids, learned_by, learners, learned);
    return true;
}

void router::look_up_slugs(db::transaction& tx) {
    db::array<uuid> organizations, integrations;
    db::array<std::string_view> slugs;
    std::vector<std::optional<routing>*> asked;
    for (auto& [key, found] : by_slug_) {
        organizations.add(key.organization);
        integrations.add(key.integration);
        slugs.add(key.slug);
        asked.push_back(&found);
    }
    for (auto const& row : tx.run(find_mappings_by_slug, organizations, integrations, slugs))
        *asked[place_of(row)] = mapped_to(row);
}

void router::look_up_services(db::transaction& tx) {
    db::array<uuid> organizations;
    db::array<std::string_view> slugs;
    std::vector<std::optional<service_id>*> asked;
    for (auto& [key, found] : services_) {
        organizations.add(key.organization);
        slugs.add(key.slug);
        asked.push_back(&found);
    }
    for (auto const& row : tx.run(find_services, organizations, slugs))
        *asked[place_of(row)] = row.get<service_id>("service_id");
}

routing router::route(receiving_integration const& of, sentry::webhook const& hook) const {
    if (auto const* metric = std::get_if<sentry::metric_alert>(&hook.what)) {
        auto found = route_metric_alert(of, *metric);
        take_settings(of.organization, metric->settings, found);
        return found;
    }
    auto found = by_project_.at(key_of(of, project_of(hook))).value_or(routing{});
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what))
        take_settings(of.organization, alert->settings, found);
    return found;
}

/// The first listed project with an active mapping; else one that is paused; else none.
routing router::route_metric_alert(receiving_integration const& of, sentry::metric_alert const& alert) const {
    routing best;
    for (auto const& slug : alert.projects) {
        auto const& found = by_slug_.at({of.organization, of.integration, std::nullopt, slug});
        if (!found) continue;
        if (found->result == routing::kind::mapped) return *found;
        best = *found;
    }
    return best;
}

/// The settings of an alert rule's action go over the mapping; its service needs no mapping at all.
void router::take_settings(organization_id org, sentry::action_settings const& settings, routing& into)
    const {
    for (auto const& [name, value] : settings) {
        if (name == "severity" && !value.empty()) into.severity = value;
        if (name == "open") into.attach_only = value == "false";
        if (name == "notes") into.notes = value;
        if (name == "environments") into.environments = split_list(value);
    }
    std::string const named(named_service(settings));
    if (named.empty()) return;
    auto const& service = services_.at({org, named});
    into.result = service ? routing::kind::mapped : routing::kind::unknown_service;
    into.explained = service
                         ? "the alert rule's action for service " + named
                         : "the alert rule's action names the service " + named + ", which does not exist";
    if (service) into.service = *service;
}

}  // namespace tocsin::incidents
