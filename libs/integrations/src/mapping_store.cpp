#include "mapping_store.hpp"

#include <tocsin/crypto/random.hpp>

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

constexpr db::statement insert_one{
    "insert_mapping",
    R"(insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_id, sentry_project_slug, sentry_project_name,
                                    service_id, active, inactive_until, environments, min_level, severity, on_archive, open_on_error)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text[], $11, $12, $13, $14)
       on conflict do nothing)"
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

result<mapping> insert_mapping(
    db::transaction& tx, organization_id org, integration_id id, resolved_mapping const& what
) {
    if (auto const known = require_service(tx, org, what.wanted.service); !known) return known.error();
    mapping_id const made{crypto::uuid_v4()};
    auto const inserted = tx.run(
        insert_one,
        org,
        made,
        id,
        what.project_id,
        what.project_slug,
        what.project_name,
        what.wanted.service,
        what.wanted.active,
        what.wanted.inactive_until,
        what.wanted.environments,
        what.wanted.min_level,
        what.wanted.severity,
        what.wanted.on_archive,
        what.wanted.open_on_error
    );
    if (inserted.affected() == 0)
        return error{
            errc::conflict,
            "The Sentry project " + what.wanted.sentry_project +
                " is mapped already: change that mapping instead."
        };
    return find(tx, org, id, made);
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
