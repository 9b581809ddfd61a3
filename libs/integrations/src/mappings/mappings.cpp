#include "mappings/mapping_store.hpp"
#include "refresh/sentry_access.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/mappings.hpp>
#include <tocsin/integrations/project_names.hpp>

#include <algorithm>
#include <optional>

namespace tocsin::integrations {

namespace {

bool is_number(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool maps(mapping const& each, sentry::project const& project) {
    return each.project_id ? *each.project_id == project.id : each.project_slug == project.slug;
}

/// A slug of digits only is looked up as a slug before it is taken for an id.
named_project const* find_project(std::vector<named_project> const& all, std::string const& slug_or_id) {
    for (auto const field : {&named_project::slug, &named_project::id})
        if (auto const position = std::ranges::find(all, slug_or_id, field); position != all.end())
            return &*position;
    return nullptr;
}

std::vector<named_project> named(
    organization_id org, integration_id id, std::vector<sentry::project> const& listed
) {
    std::vector<named_project> all;
    all.reserve(listed.size());
    for (auto const& each : listed) all.push_back({org, id, each.id, each.slug, each.name});
    return all;
}

/// Whether Sentry answered with its projects.
enum class project_listing { missing, complete };

/// Problems of addresses that name no project.
std::optional<error> refuse_addresses(std::vector<new_mapping> const& requested) {
    for (auto const& each : requested)
        if (project_from_input(each.sentry_project).empty())
            return error{
                errc::invalid,
                "This is not the address of a Sentry project: " + printable(each.sentry_project, 200),
                {{"sentry_project", "must be a slug, an id, or the address of a project's page in Sentry"}}
            };
    return std::nullopt;
}

resolved_mapping resolve(
    organization_id org,
    integration_id id,
    new_mapping requested,
    std::vector<named_project> const& projects,
    project_listing listing
) {
    resolved_mapping resolved{org, id, requested.sentry_project, {}};
    auto& row = resolved.row;
    static_cast<mapping_settings&>(row) = requested;
    row.id = mapping_id{crypto::uuid_v4()};
    row.service.id = requested.service;
    auto const named = project_from_input(requested.sentry_project);
    if (auto const* const project = find_project(projects, named)) {
        row.project_id = project->id;
        row.project_slug = project->slug;
        row.project_name = project->name;
    } else {
        (is_number(named) ? row.project_id : row.project_slug) = named;
        if (listing == project_listing::complete)
            row.warning = "Sentry lists no project " + printable(named, 80) +
                          " for this integration, and none sent a webhook yet. Check the name.";
    }
    return resolved;
}

}  // namespace

async::task<result<std::vector<sentry::project>>> mappings::sentry_projects(
    organization_id org, integration_id id, project_source from
) {
    sentry_access const access{pool_, vault_, refresher_};
    if (from == project_source::recent_list) {
        auto const granted = co_await access.find(org, id);
        if (!granted) co_return granted.error();
        if (auto const* const known = lists_.find(id, granted->stored_at)) co_return *known;
    }
    auto sentry = sentry_.on_behalf_of({org, id, sentry::call_priority::person});
    std::optional<timestamp> token_stored_at;
    auto const call = [&](sentry_access::grant grant) {
        token_stored_at = grant.stored_at;
        return sentry.list_projects(std::move(grant.organization), std::move(grant.token));
    };
    auto answered = co_await access.call<std::vector<sentry::project>>(org, id, call);
    if (!answered) co_return answered.error();
    if (!*answered) co_return sentry::to_error(answered->error(), "to list the projects");
    // Only for the names that are shown: the list does not contain them.
    (void)co_await access.find_organization(sentry, org, id);
    lists_.store(id, token_stored_at, **answered);
    co_return std::move(**answered);
}

async::task<result<std::vector<project_with_mapping>>> mappings::projects(
    organization_id org, integration_id id, project_source from
) {
    auto projects = co_await sentry_projects(org, id, from);
    if (!projects) co_return projects.error();
    auto const mapped =
        co_await pool_.transact(org, [org, id, names = named(org, id, *projects)](db::transaction& tx) {
            record_projects(tx, names);
            return list_mappings(tx, org, id);
        });
    std::vector<project_with_mapping> all;
    for (auto& project : *projects) {
        auto const position =
            std::ranges::find_if(mapped, [&](mapping const& each) { return maps(each, project); });
        all.push_back({std::move(project), position == mapped.end() ? std::nullopt : std::optional(*position)}
        );
    }
    co_return all;
}

async::task<result<std::vector<mapping>>> mappings::list(organization_id org, integration_id id) {
    return pool_.transact(org, [org, id](db::transaction& tx) -> result<std::vector<mapping>> {
        if (auto const integration = find_integration(tx, org, id); !integration) return integration.error();
        return list_mappings(tx, org, id);
    });
}

async::task<result<project_check>> mappings::check(
    organization_id org, integration_id id, std::vector<std::string> projects
) {
    auto const listed = co_await sentry_projects(org, id, project_source::sentry);
    auto const names = listed ? named(org, id, *listed) : std::vector<named_project>();
    auto const known = co_await pool_.transact(org, [org, id](db::transaction& tx) {
        return recorded_projects(tx, org, id);
    });
    project_check result;
    if (!listed) result.unchecked = listed.error().detail;
    for (auto const& each : projects) {
        auto const name = project_from_input(each);
        bool const is_known = find_project(names, name) != nullptr || find_project(known, name) != nullptr;
        if (name.empty() || (listed && !is_known)) result.unknown.push_back(each);
    }
    co_return result;
}

async::task<result<std::vector<mapping>>> mappings::create(
    db::tenant tenant, integration_id id, std::vector<new_mapping> requested
) {
    return store(std::move(tenant), id, std::move(requested), {});
}

async::task<result<void>> mappings::import(
    db::tenant tenant, integration_id id, std::vector<new_mapping> requested, std::vector<mapping_move> moves
) {
    auto const stored = co_await store(std::move(tenant), id, std::move(requested), std::move(moves));
    if (!stored) co_return stored.error();
    co_return result<void>();
}

async::task<result<std::vector<mapping>>> mappings::store(
    db::tenant tenant, integration_id id, std::vector<new_mapping> requested, std::vector<mapping_move> moves
) {
    auto const org = tenant.organization.value();
    auto const integration = co_await pool_.transact(org, [org, id](db::transaction& tx) {
        return find_integration(tx, org, id);
    });
    if (!integration) co_return integration.error();
    if (auto const refused = refuse_addresses(requested)) co_return *refused;
    std::vector<named_project> listed;
    auto listing = project_listing::missing;
    if (!requested.empty())
        if (auto const projects = co_await sentry_projects(org, id, project_source::sentry)) {
            listed = named(org, id, *projects);
            listing = project_listing::complete;
        }
    co_return co_await pool_.transact_result(
        tenant,
        [org, id, requested, listed, listing, moves](db::transaction& tx) -> result<std::vector<mapping>> {
            record_projects(tx, listed);
            if (!moves.empty())
                if (auto const moved = move_mappings(tx, org, id, moves); !moved) return moved.error();
            if (requested.empty()) return std::vector<mapping>();
            auto const projects = recorded_projects(tx, org, id);
            std::vector<resolved_mapping> resolved;
            resolved.reserve(requested.size());
            for (auto const& each : requested) resolved.push_back(resolve(org, id, each, projects, listing));
            return insert_mappings(tx, org, id, resolved);
        }
    );
}

async::task<result<mapping>> mappings::change(
    db::tenant tenant, integration_id id, mapping_id target, mapping_change changes
) {
    return pool_.transact(tenant, [=, org = *tenant.organization](db::transaction& tx) {
        return update_mapping(tx, org, id, target, changes);
    });
}

async::task<result<void>> mappings::remove(db::tenant tenant, integration_id id, mapping_id target) {
    return pool_.transact(tenant, [=, org = *tenant.organization](db::transaction& tx) {
        return delete_mapping(tx, org, id, target);
    });
}

}  // namespace tocsin::integrations
