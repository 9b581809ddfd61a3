#include <tocsin/db/columns.hpp>
#include <tocsin/integrations/project_names.hpp>

namespace tocsin::integrations {

namespace {

constexpr auto columns = db::columns<named_project>(
    db::column("organization_id", &named_project::organization),
    db::column("integration_id", &named_project::integration),
    db::column("project_id", &named_project::id),
    db::column("slug", &named_project::slug),
    db::column("name", &named_project::name)
);

// Without those that are recorded already.
constexpr auto record_text = "with recorded as (insert into tocsin.sentry_projects as p (" + names(columns) +
                             ") select " + names(columns, "k") + " from " + parameters(columns) + R"(
        where k.project_id is distinct from )" +
                             project_with_slug + R"(
           or not exists (select from tocsin.sentry_projects o
                           where o.organization_id = k.organization_id and o.integration_id = k.integration_id
                             and o.project_id = k.project_id and (k.name is null or k.name = o.name))
        order by k.organization_id, k.integration_id, k.project_id
        on conflict (organization_id, integration_id, project_id) do update
           set slug = excluded.slug, name = coalesce(excluded.name, p.name), slug_seen_at = excluded.slug_seen_at
         where p.slug_seen_at <= excluded.slug_seen_at
        returning p.organization_id, p.integration_id, p.project_id, p.slug, p.name)
  update tocsin.mappings m set sentry_project_slug = r.slug, sentry_project_name = coalesce(r.name, m.sentry_project_name)
    from recorded r
   where m.organization_id = r.organization_id and m.integration_id = r.integration_id and m.sentry_project_id = r.project_id)";
constexpr db::statement record_all{"record_sentry_projects", record_text.c_str()};

constexpr auto list_text = "select " + names(columns) +
                           " from tocsin.sentry_projects where organization_id = $1 and integration_id = $2"
                           " order by slug_seen_at desc, length(project_id) desc, project_id desc";
constexpr db::statement list_all{"list_recorded_projects", list_text.c_str()};

}  // namespace

void record_projects(db::transaction& tx, std::vector<named_project> const& all) {
    if (!all.empty()) db::run(tx, record_all, columns, all);
}

std::vector<named_project> recorded_projects(db::transaction& tx, organization_id org, integration_id id) {
    std::vector<named_project> all;
    for (auto const row : tx.run(list_all, org, id)) all.push_back(db::read(row, columns));
    return all;
}

}  // namespace tocsin::integrations
