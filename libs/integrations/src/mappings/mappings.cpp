#include "mappings/mapping_store.hpp"
#include "refresh/sentry_access.hpp"

#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/mappings.hpp>

#include <algorithm>

namespace tocsin::integrations {

namespace {

bool is_number(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool concerns(mapping const& one, sentry::project const& project) {
    return one.project_id ? *one.project_id == project.id : one.project_slug == project.slug;
}

/// A slug that happens to be all digits is found as a slug before it is taken as an id.
resolved_mapping resolve(new_mapping wanted, std::vector<sentry::project> const& known) {
    for (bool const by_slug : {true, false})
        for (auto const& project : known)
            if ((by_slug ? project.slug : project.id) == wanted.sentry_project)
                return {std::move(wanted), project.id, project.slug, project.name};
    if (is_number(wanted.sentry_project)) {
        auto id = wanted.sentry_project;
        return {std::move(wanted), std::move(id), std::nullopt, std::nullopt};
    }
    auto slug = wanted.sentry_project;
    return {std::move(wanted), std::nullopt, std::move(slug), std::nullopt};
}

}  // namespace

async::task<result<std::vector<sentry::project>>> mappings::sentry_projects(
    organization_id org, integration_id id
) {
    sentry_access const access{pool_, vault_, refresher_};
    auto const ask = [this](sentry_access::grant with) {
        return sentry_.list_projects(std::move(with.organization), std::move(with.token));
    };
    auto answered = co_await access.call<std::vector<sentry::project>>(org, id, ask);
    if (!answered) co_return answered.error();
    if (!*answered) co_return sentry::to_error(answered->error(), "to list the projects");
    co_return std::move(**answered);
}

async::task<result<std::vector<project_with_mapping>>> mappings::projects(
    organization_id org, integration_id id
) {
    auto found = co_await sentry_projects(org, id);
    if (!found) co_return found.error();
    auto const mapped =
        co_await pool_.transact(org, [org, id](db::transaction& tx) { return list_mappings(tx, org, id); });
    std::vector<project_with_mapping> all;
    for (auto& project : *found) {
        auto const at = std::find_if(mapped.begin(), mapped.end(), [&](mapping const& one) {
            return concerns(one, project);
        });
        all.push_back({std::move(project), at == mapped.end() ? std::nullopt : std::optional(*at)});
    }
    co_return all;
}

async::task<result<std::vector<mapping>>> mappings::list(organization_id org, integration_id id) {
    return pool_.transact(org, [org, id](db::transaction& tx) -> result<std::vector<mapping>> {
        if (auto const found = find_integration(tx, org, id); !found) return found.error();
        return list_mappings(tx, org, id);
    });
}

async::task<result<std::vector<mapping>>> mappings::create(
    db::tenant by, integration_id id, std::vector<new_mapping> wanted
) {
    return store(std::move(by), id, std::move(wanted), {});
}

async::task<result<void>> mappings::import(
    db::tenant by, integration_id id, std::vector<new_mapping> wanted, std::vector<mapping_move> moved
) {
    auto const stored = co_await store(std::move(by), id, std::move(wanted), std::move(moved));
    if (!stored) co_return stored.error();
    co_return result<void>();
}

async::task<result<std::vector<mapping>>> mappings::store(
    db::tenant by, integration_id id, std::vector<new_mapping> wanted, std::vector<mapping_move> moved
) {
    auto const org = by.organization.value();
    auto const exists = co_await pool_.transact(org, [org, id](db::transaction& tx) {
        return find_integration(tx, org, id);
    });
    if (!exists) co_return exists.error();
    std::vector<resolved_mapping> resolved;
    if (!wanted.empty()) {
        auto const known = co_await sentry_projects(org, id);
        std::vector<sentry::project> const none;
        for (auto& one : wanted) resolved.push_back(resolve(std::move(one), known ? *known : none));
    }
    std::optional<error> refused;
    std::vector<mapping> made;
    try {
        made = co_await pool_.transact(by, [org, id, resolved, moved](db::transaction& tx) {
            // They throw failure: all or none.
            if (!moved.empty()) move_mappings(tx, org, id, moved).value();
            return resolved.empty() ? std::vector<mapping>() : insert_mappings(tx, org, id, resolved).value();
        });
    } catch (failure const& why) {
        refused = why.why();
    }
    if (refused) co_return *refused;
    co_return made;
}

async::task<result<mapping>> mappings::change(
    db::tenant by, integration_id id, mapping_id which, mapping_change how
) {
    return pool_.transact(by, [=, org = *by.organization](db::transaction& tx) {
        return update_mapping(tx, org, id, which, how);
    });
}

async::task<result<void>> mappings::remove(db::tenant by, integration_id id, mapping_id which) {
    return pool_.transact(by, [=, org = *by.organization](db::transaction& tx) {
        return delete_mapping(tx, org, id, which);
    });
}

}  // namespace tocsin::integrations
