#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/sql_text.hpp>
#include <tocsin/db/transaction.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

/// A Sentry project with the slug that it has now.
struct named_project {
    organization_id organization;
    integration_id integration;
    std::string id;
    std::string slug;
    std::optional<std::string> name;
};

/// The slug or id of a project as a person entered it: the address of the project's page in Sentry may be
/// pasted, too. Empty if the address is not that of a project.
std::string project_from_input(std::string_view text);

/// Records the current slugs of projects, of which each is listed once. Their mappings show them. Locks
/// projects first, then mappings.
void record_projects(db::transaction& tx, std::vector<named_project> const& all);

/// The projects of an integration that are recorded, those whose slug was seen last first.
std::vector<named_project> recorded_projects(db::transaction& tx, organization_id org, integration_id id);

/// The id of the project that had a slug most recently (of two seen at once, the younger one), or NULL. Part
/// of a statement in which `k` has organization_id, integration_id, and slug.
inline constexpr auto project_with_slug = db::sql_text(
    "(select n.project_id from tocsin.sentry_projects n"
    " where n.organization_id = k.organization_id and n.integration_id = k.integration_id and n.slug = k.slug"
    " order by n.slug_seen_at desc, length(n.project_id) desc, n.project_id desc limit 1)"
);

}  // namespace tocsin::integrations
