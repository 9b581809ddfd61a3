#include "mappings/mapping_store.hpp"

#include <tocsin/db/array.hpp>
#include <tocsin/db/columns.hpp>

#include <map>
#include <set>
#include <utility>

namespace tocsin::integrations {

namespace {

constexpr auto row_columns = db::columns<mapping>(
    db::column("mapping_id", &mapping::id),
    db::column("sentry_project_id", &mapping::project_id),
    db::column("sentry_project_slug", &mapping::project_slug),
    db::column("sentry_project_name", &mapping::project_name),
    db::within<mapping>(
        &mapping::service, db::columns<service_ref>(db::column("service_id", &service_ref::id))
    ),
    db::column("active", &mapping::active),
    db::column("inactive_until", &mapping::inactive_until),
    db::column("min_level", &mapping::min_level),
    db::column("severity", &mapping::severity),
    db::column("on_archive", &mapping::on_archive),
    db::column("open_on_error", &mapping::open_on_error)
);
constexpr auto read_columns = db::columns<mapping>(
    row_columns,
    db::column("environments", &mapping::environments),
    db::column("created_at", &mapping::created_at)
);
constexpr auto service_columns = db::within<mapping>(
    &mapping::service,
    db::columns<service_ref>(db::column("slug", &service_ref::slug), db::column("name", &service_ref::name))
);

constexpr auto select_mappings =
    "select " + names(read_columns, "m") + ", " + names(service_columns, "s") + R"(
  from tocsin.mappings m
  join tocsin.services s on s.organization_id = m.organization_id and s.service_id = m.service_id
 where m.organization_id = $1 and m.integration_id = $2)";

constexpr auto list_text =
    select_mappings + " order by coalesce(m.sentry_project_slug, m.sentry_project_id), m.mapping_id";
constexpr db::statement list_all{"list_mappings", list_text.c_str()};

constexpr auto find_text = select_mappings + " and m.mapping_id = $3";
constexpr db::statement find_one{"find_mapping", find_text.c_str()};

constexpr db::statement count_live_services{
    "count_live_services",
    R"(select count(*) as live from tocsin.services
        where organization_id = $1 and service_id = any($2::uuid[]) and archived_at is null)"
};

/// An array literal: PostgreSQL has no arrays of arrays of different lengths.
std::string environments_literal(mapping const& row) {
    return *db::to_parameter(row.environments).text;
}

constexpr auto insert_columns = db::columns<resolved_mapping>(
    db::column("organization_id", &resolved_mapping::organization),
    db::column("integration_id", &resolved_mapping::integration),
    db::within<resolved_mapping>(&resolved_mapping::row, row_columns),
    db::within<resolved_mapping>(
        &resolved_mapping::row, db::columns<mapping>(db::column("environments", environments_literal))
    )
);
constexpr auto insert_text =
    "insert into tocsin.mappings (organization_id, integration_id, environments, " + names(row_columns) +
    ") select k.organization_id, k.integration_id, k.environments::text[], " + names(row_columns, "k") +
    " from " + parameters(insert_columns) + " on conflict do nothing returning mapping_id";
constexpr db::statement insert_all{"insert_mappings", insert_text.c_str()};

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
    auto value = db::read(row, read_columns);
    db::read_into(row, service_columns, value);
    return value;
}

error no_mapping() {
    return {errc::not_found, "There is no such mapping."};
}

result<void> require_services(
    db::transaction& tx, organization_id org, std::set<service_id> const& required
) {
    db::array<uuid> ids;
    for (auto const& each : required) ids.add(each);
    auto const live = tx.run(count_live_services, org, ids)[0].get<std::int64_t>("live");
    if (live == static_cast<std::int64_t>(required.size())) return {};
    return error{
        errc::invalid, "There is no such service.", {{"service_id", "names no service of this organization"}}
    };
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
    std::set<service_id> services;
    for (auto const& each : all) services.insert(each.row.service.id);
    if (auto const live = require_services(tx, org, services); !live) return live.error();
    std::set<mapping_id> inserted;
    for (auto const row : db::run(tx, insert_all, insert_columns, all))
        inserted.insert(row.get<mapping_id>("mapping_id"));
    for (auto const& each : all)
        if (!inserted.contains(each.row.id))
            return error{
                errc::conflict,
                "The Sentry project " + each.sentry_project +
                    " is mapped already: change that mapping instead."
            };
    std::map<mapping_id, mapping> stored;
    for (auto& each : list_mappings(tx, org, id)) stored.emplace(each.id, std::move(each));
    std::vector<mapping> in_order;
    for (auto const& each : all) {
        in_order.push_back(std::move(stored.at(each.row.id)));
        in_order.back().warning = each.row.warning;
    }
    return in_order;
}

result<void> move_mappings(
    db::transaction& tx, organization_id org, integration_id id, std::vector<mapping_move> const& moves
) {
    db::array<uuid> ids, services;
    std::set<service_id> required;
    for (auto const& each : moves) {
        ids.add(each.mapping);
        services.add(each.service);
        required.insert(each.service);
    }
    if (auto const live = require_services(tx, org, required); !live) return live.error();
    if (tx.run(move_all, org, id, ids, services).affected() < moves.size()) return no_mapping();
    return {};
}

result<mapping> update_mapping(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    mapping_id target,
    mapping_change const& changes
) {
    if (changes.service)
        if (auto const live = require_services(tx, org, {*changes.service}); !live) return live.error();
    tx.run(
        update_one,
        org,
        id,
        target,
        changes.service,
        changes.active,
        changes.inactive_until.has_value(),
        changes.inactive_until.value_or(std::nullopt),
        changes.environments,
        changes.min_level.has_value(),
        changes.min_level.value_or(std::nullopt),
        changes.severity,
        changes.on_archive,
        changes.open_on_error
    );
    auto const row = tx.run(find_one, org, id, target).first();
    if (!row) return no_mapping();
    return read(*row);
}

result<void> delete_mapping(db::transaction& tx, organization_id org, integration_id id, mapping_id target) {
    if (tx.run(delete_one, org, id, target).affected() == 0) return no_mapping();
    return {};
}

}  // namespace tocsin::integrations
