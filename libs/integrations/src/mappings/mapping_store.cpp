#include "mappings/mapping_store.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/db/array.hpp>

#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace tocsin::integrations {

namespace {

#define TOCSIN_MAPPING_COLUMNS                                                                               \
    "select m.mapping_id, m.sentry_project_id, m.sentry_project_slug, m.sentry_project_name, m.service_id, " \
    "s.slug, s.name, "                                                                                       \
    "       m.active, m.inactive_until, m.environments, m.min_level, m.severity, m.on_archive, "             \
    "m.open_on_error, m.created_at "                                                                         \
    "  from tocsin.mappings m "                                                                              \
    "  join tocsin.services s on s.organization_id = m.organization_id and s.service_id = m.service_id "     \
    " where m.organization_id = $1 and m.integration_id = $2 "

constexpr db::statement list_all{
    "list_mappings",
    TOCSIN_MAPPING_COLUMNS "order by coalesce(m.sentry_project_slug, m.sentry_project_id), m.mapping_id"
};
constexpr db::statement find_one{"find_mapping", TOCSIN_MAPPING_COLUMNS "and m.mapping_id = $3"};

#undef TOCSIN_MAPPING_COLUMNS

constexpr db::statement service_is_live{
    "service_is_live",
    "select 1 as found from tocsin.services where organization_id = $1 and service_id = $2 and archived_at "
    "is null"
};

constexpr db::statement count_live_services{
    "count_live_services",
    R"(select count(*) as live from tocsin.services
        where organization_id = $1 and service_id = any($2::uuid[]) and archived_at is null)"
};

// Environments come as text: an array of arrays of different lengths there is none.
constexpr db::statement insert_all{
    "insert_mappings",
    R"(insert into tocsin.mappings (organization_id, integration_id, mapping_id, sentry_project_id, sentry_project_slug, sentry_project_name,
                                    service_id, active, inactive_until, environments, min_level, severity, on_archive, open_on_error)
       select $1, $2, k.mapping_id, k.project_id, k.project_slug, k.project_name, k.service_id, k.active, k.inactive_until,
              k.environments::text[], k.min_level, k.severity, k.on_archive, k.open_on_error
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::boolean[], $9::timestamptz[], $10::text[], $11::text[],
                     $12::text[], $13::text[], $14::boolean[])
              as k (mapping_id, project_id, project_slug, project_name, service_id, active, inactive_until, environments, min_level, severity,
                    on_archive, open_on_error)
       on conflict do nothing
       returning mapping_id)"
};

constexpr db::statement move_all{
    "move_mappings",
    R"(update tocsin.mappings m set service_id = k.service_id
         from unnest($3::uuid[], $4::uuid[]) as k (mapping_id, service_id)
        where m.organization_id = $1 and m.integration_id = $2 and m.mapping_id = k.mapping_id)"
};

constexpr db::statement update_one{
    "update_mapping",
    R"(update tocsin.mappings
          set service_id = coalesce($4, service_id), active = coalesce($5, active),
              paused_by_disconnect = paused_by_disconnect and $5::boolean is null,
              inactive_until = case when $6 then $7::timestamptz else inactive_until end,
              environments = coalesce($8::text[], environments),
              min_level = case when $9 then $10::text else min_level end,
              severity = coalesce($11, severity), on_archive = coalesce($12, on_archive), open_on_error = coalesce($13::boolean, open_on_error)
        where organization_id = $1 and integration_id = $2 and mapping_id = $3)"
};

constexpr db::statement delete_one{
    "delete_mapping",
    "delete from tocsin.mappings where organization_id = $1 and integration_id = $2 and mapping_id = $3"
};

mapping read(db::row const& row) {
    mapping found;
    found.id = row.get<mapping_id>("mapping_id");
    found.project_id = row.get<std::optional<std::string>>("sentry_project_id");
    found.project_slug = row.get<std::optional<std::string>>("sentry_project_slug");
    found.project_name = row.get<std::optional<std::string>>("sentry_project_name");
    found.service = {row.get<service_id>("service_id"), row.text("slug"), row.text("name")};
    found.active = row.get<bool>("active");
    found.inactive_until = row.get<std::optional<timestamp>>("inactive_until");
    found.environments = row.get<std::vector<std::string>>("environments");
    found.min_level = row.get<std::optional<std::string>>("min_level");
    found.severity = row.text("severity");
    found.on_archive = row.text("on_archive");
    found.open_on_error = row.get<bool>("open_on_error");
    found.created_at = row.get<timestamp>("created_at");
    return found;
}

result<void> require_service(db::transaction& tx, organization_id org, service_id id) {
    if (!tx.run(service_is_live, org, id).empty()) return {};
    return error{
        errc::invalid, "There is no such service.", {{"service_id", "names no service of this organization"}}
    };
}

result<void> require_services(db::transaction& tx, organization_id org, std::set<service_id> const& wanted) {
    db::array<uuid> ids;
    for (auto const& one : wanted) ids.add(one);
    auto const live = tx.run(count_live_services, org, ids)[0].get<std::int64_t>("live");
    if (live == static_cast<std::int64_t>(wanted.size())) return {};
    return error{
        errc::invalid, "There is no such service.", {{"service_id", "names no service of this organization"}}
    };
}

result<mapping> find(db::transaction& tx, organization_id org, integration_id id, mapping_id which) {
    auto const row = tx.run(find_one, org, id, which).first();
    if (!row) return error{errc::not_found, "There is no such mapping."};
    return read(*row);
}

}  // namespace

std::vector<mapping> list_mappings(db::transaction& tx, organization_id org, integration_id id) {
    std::vector<mapping> all;
    for (auto const row : tx.run(list_all, org, id)) all.push_back(read(row));
    return all;
}

result<std::vector<mapping>> insert_mappings(
    db::transaction& tx, organization_id org, integration_id id, std::vector<resolved_mapping> const& all
) {
    db::array<uuid> ids, services;
    db::array<std::string_view> project_ids, slugs, names, environments, levels, severities, on_archive;
    db::array<bool> active, open_on_error;
    db::array<timestamp> until;
    std::vector<mapping_id> made;
    std::set<service_id> required;
    std::vector<std::string> environment_texts;
    environment_texts.reserve(all.size());
    for (auto const& one : all) {
        auto const& wanted = one.wanted;
        ids.add(made.emplace_back(crypto::uuid_v4()));
        services.add(wanted.service);
        required.insert(wanted.service);
        project_ids.add(one.project_id);
        slugs.add(one.project_slug);
        names.add(one.project_name);
        environments.add(environment_texts.emplace_back(*db::to_parameter(wanted.environments).text));
        levels.add(wanted.min_level);
        severities.add(wanted.severity);
        on_archive.add(wanted.on_archive);
        active.add(wanted.active);
        open_on_error.add(wanted.open_on_error);
        until.add(wanted.inactive_until);
    }
    if (auto const known = require_services(tx, org, required); !known) return known.error();
    std::set<mapping_id> inserted;
    for (auto const& row : tx.run(
             insert_all,
             org,
             id,
             ids,
             project_ids,
             slugs,
             names,
             services,
             active,
             until,
             environments,
             levels,
             severities,
             on_archive,
             open_on_error
         ))
        inserted.insert(row.get<mapping_id>("mapping_id"));
    for (std::size_t nth = 0; nth < all.size(); ++nth)
        if (!inserted.contains(made[nth]))
            return error{
                errc::conflict,
                "The Sentry project " + all[nth].wanted.sentry_project +
                    " is mapped already: change that mapping instead."
            };
    std::map<mapping_id, mapping> stored;
    for (auto& one : list_mappings(tx, org, id)) stored.emplace(one.id, std::move(one));
    std::vector<mapping> in_order;
    for (auto const& each : made) in_order.push_back(std::move(stored.at(each)));
    return in_order;
}

result<void> move_mappings(
    db::transaction& tx, organization_id org, integration_id id, std::vector<mapping_move> const& all
) {
    db::array<uuid> ids, services;
    std::set<service_id> required;
    for (auto const& one : all) {
        ids.add(one.which);
        services.add(one.to);
        required.insert(one.to);
    }
    if (auto const known = require_services(tx, org, required); !known) return known.error();
    if (tx.run(move_all, org, id, ids, services).affected() < all.size())
        return error{errc::not_found, "There is no such mapping."};
    return {};
}

result<mapping> update_mapping(
    db::transaction& tx, organization_id org, integration_id id, mapping_id which, mapping_change const& how
) {
    if (how.service)
        if (auto const known = require_service(tx, org, *how.service); !known) return known.error();
    tx.run(
        update_one,
        org,
        id,
        which,
        how.service,
        how.active,
        how.inactive_until.has_value(),
        how.inactive_until.value_or(std::nullopt),
        how.environments,
        how.min_level.has_value(),
        how.min_level.value_or(std::nullopt),
        how.severity,
        how.on_archive,
        how.open_on_error
    );
    return find(tx, org, id, which);
}

result<void> delete_mapping(db::transaction& tx, organization_id org, integration_id id, mapping_id which) {
    if (tx.run(delete_one, org, id, which).affected() == 0)
        return error{errc::not_found, "There is no such mapping."};
    return {};
}

}  // namespace tocsin::integrations
