#include "grant_store.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/grants/grant_service.hpp>
#include <tocsin/grants/operations.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/project_names.hpp>

#include <algorithm>
#include <utility>

namespace tocsin::grants {

namespace {

error conflict_of(db::constraint_violation const& why) {
    if (why.constraint == "grants_name_key")
        return {
            errc::conflict, "Another grant has this name. Choose another name, or revoke the other grant."
        };
    throw why;
}

std::optional<error> operations_problem(std::optional<std::vector<std::string>> const& names) {
    if (!names) return std::nullopt;
    error problem{errc::invalid, "A grant allows at least one operation, by its name."};
    if (names->empty()) problem.fields.push_back({"operations", "must not be empty"});
    for (std::size_t i = 0; i < names->size(); ++i)
        if (!find_operation((*names)[i]))
            problem.fields.push_back({"operations[" + std::to_string(i) + "]", "is no operation of grants"});
    return problem.fields.empty() ? std::nullopt : std::optional(std::move(problem));
}

std::optional<error> expiry_problem(std::optional<timestamp> const& expires_at, timestamp now) {
    if (!expires_at || *expires_at > now) return std::nullopt;
    return error{
        errc::invalid, "The expiry of the grant is in the past.", {{"expires_at", "must be in the future"}}
    };
}

/// The ids of projects by id or slug. An id takes precedence, because a slug may consist of digits.
result<std::vector<std::string>> ids_of(
    std::vector<project_ref> const& known, std::vector<std::string> const& projects
) {
    std::vector<std::string> ids;
    error problem{errc::invalid, "A project of the grant is not known."};
    for (std::size_t i = 0; i < projects.size(); ++i) {
        auto found = std::ranges::find(known, projects[i], &project_ref::id);
        if (found == known.end()) found = std::ranges::find(known, projects[i], &project_ref::slug);
        if (found != known.end()) {
            ids.push_back(found->id);
        } else {
            problem.fields.push_back(
                {"projects[" + std::to_string(i) + "]", "is no project of the integration"}
            );
        }
    }
    if (!problem.fields.empty()) return problem;
    return ids;
}

async::task<result<std::vector<std::string>>> resolve_at_sentry(
    integrations::mappings& mappings,
    organization_id org,
    integration_id id,
    std::vector<std::string> projects
) {
    auto const all = co_await mappings.projects(org, id);
    if (!all) co_return all.error();
    std::vector<project_ref> known;
    for (auto const& each : *all) known.push_back({each.project.id, each.project.slug});
    co_return ids_of(known, projects);
}

db::tenant tenant_for(organization_id org, identity::principal const& actor) {
    if (!actor.user && !actor.token) return org;
    return identity::tenant_of(org, actor);
}

}  // namespace

project_resolver resolve_with(integrations::mappings& mappings) {
    return [&mappings](organization_id org, integration_id id, std::vector<std::string> projects) {
        return resolve_at_sentry(mappings, org, id, std::move(projects));
    };
}

project_resolver resolve_recorded(db::pool& pool) {
    return [&pool](organization_id org, integration_id id, std::vector<std::string> projects) {
        return pool.transact(org, [org, id, projects = std::move(projects)](db::transaction& tx) {
            std::vector<project_ref> known;
            for (auto& each : integrations::recorded_projects(tx, org, id))
                known.push_back({std::move(each.id), std::move(each.slug)});
            return ids_of(known, projects);
        });
    };
}

async::task<std::vector<grant>> grant_service::list(
    organization_id org, std::optional<grant_id> before, std::optional<std::string> name, std::int64_t limit
) {
    co_return co_await pool_.transact(org, [=](db::transaction& tx) {
        return list_grants(tx, org, before, name, limit);
    });
}

async::task<result<grant>> grant_service::find(organization_id org, grant_id id) {
    co_return co_await pool_.transact(org, [=](db::transaction& tx) { return find_grant(tx, org, id); });
}

async::task<result<grant>> grant_service::create(
    organization_id org, identity::principal actor, new_grant wanted
) {
    auto const now = clock_.now();
    if (auto problem = operations_problem(wanted.operations)) co_return *problem;
    if (auto problem = expiry_problem(wanted.expires_at, now)) co_return *problem;
    if (wanted.token && wanted.member)
        co_return error{
            errc::invalid, "A grant has one holder.", {{"token_id", "must be missing if member is given"}}
        };
    stored_grant row{.id = {crypto::uuid_v7(now)}, .wanted = wanted};
    row.holder_user = actor.user;
    row.holder_token = actor.token;
    row.operations = wanted.operations.value_or(reading_operations());
    row.created_by = actor.user ? actor.email : actor.name;
    // Also fails for an integration that does not exist, before Sentry is asked.
    auto const integration = co_await pool_.transact(org, [=](db::transaction& tx) {
        return integrations::find_integration(tx, org, wanted.integration);
    });
    if (!integration) co_return integration.error();
    if (!wanted.projects.empty()) {
        auto ids = co_await resolve_(org, wanted.integration, wanted.projects);
        if (!ids) co_return ids.error();
        row.project_ids = std::move(*ids);
    }
    co_return co_await pool_.transact_result(
        tenant_for(org, actor),
        [org, row](db::transaction& tx) mutable -> result<grant> {
            if (auto const held = find_holder(tx, org, row); !held) return held.error();
            insert_grant(tx, org, row);
            return find_grant(tx, org, row.id);
        },
        conflict_of
    );
}

async::task<result<grant>> grant_service::change(
    organization_id org, identity::principal actor, grant_id id, grant_change change
) {
    if (auto problem = operations_problem(change.operations)) co_return *problem;
    if (change.expires_at)
        if (auto problem = expiry_problem(*change.expires_at, clock_.now())) co_return *problem;
    auto const current = co_await find(org, id);
    if (!current) co_return current.error();
    std::optional<std::vector<std::string>> project_ids;
    if (change.projects && change.projects->empty()) project_ids.emplace();
    if (change.projects && !change.projects->empty()) {
        auto ids = co_await resolve_(org, current->integration, *change.projects);
        if (!ids) co_return ids.error();
        project_ids = std::move(*ids);
    }
    co_return co_await pool_.transact_result(
        tenant_for(org, actor),
        [=](db::transaction& tx) -> result<grant> {
            update_grant(tx, org, id, change, project_ids);
            return find_grant(tx, org, id);
        },
        conflict_of
    );
}

async::task<result<void>> grant_service::revoke(organization_id org, identity::principal actor, grant_id id) {
    bool const revoked = co_await pool_.transact(tenant_for(org, actor), [=](db::transaction& tx) {
        return revoke_grant(tx, org, id);
    });
    if (!revoked) co_return error{errc::not_found, "There is no such grant."};
    co_return result<void>{};
}

async::task<result<std::vector<recorded_call>>> grant_service::calls(
    organization_id org, grant_id id, std::optional<uuid> before, std::int64_t limit
) {
    co_return co_await pool_.transact(org, [=](db::transaction& tx) -> result<std::vector<recorded_call>> {
        if (auto const known = find_grant(tx, org, id); !known) return known.error();
        return list_calls(tx, org, id, before, limit);
    });
}

}  // namespace tocsin::grants
