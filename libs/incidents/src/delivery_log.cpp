#include "likeness.hpp"

#include <tocsin/incidents/delivery_log.hpp>

#include <algorithm>

namespace tocsin::incidents {

namespace {

#define TOCSIN_DELIVERY_COLUMNS                                                                            \
    "select d.delivery_id, d.received_at, d.integration_id, d.resource, d.action, d.outcome, d.rule, "     \
    "d.project_id, "                                                                                       \
    "       d.project_slug, d.source_kind, d.source_id, d.incident_number, d.request_id, d.duplicate_of, " \
    "d.body_bytes, d.cut "

// One integration after the other, each in the order of its index.
constexpr db::statement list_some{
    "list_deliveries",
    R"(select d.* from tocsin.integrations g cross join lateral ()" TOCSIN_DELIVERY_COLUMNS R"(
          from tocsin.deliveries d
         where d.organization_id = g.organization_id and d.integration_id = g.integration_id
           and ($2::uuid is null or d.delivery_id < $2)
           and ($3::timestamptz is null or d.received_at >= $3)
           and ($4::timestamptz is null or d.received_at < $4)
           and ($5::text is null or d.outcome = $5)
           and ($6::text is null or d.resource = $6)
           and ($8::text is null or d.project_id = $8 or d.project_slug = $8)
           and ($9::text is null or d.request_id = $9)
         order by d.delivery_id desc limit $10) d
        where g.organization_id = $1 and ($7::uuid is null or g.integration_id = $7)
        order by d.delivery_id desc limit $10)",
    db::statement::planned::by_values
};

// A duplicate has no body of its own: it shows that of the delivery it points to, or of that one's.
constexpr db::statement find_one{
    "find_delivery",
    TOCSIN_DELIVERY_COLUMNS R"(, d.hook_timestamp, d.signing_key, coalesce(d.body, o.body) as body
         from tocsin.integrations g
         join tocsin.deliveries d on d.organization_id = g.organization_id and d.integration_id = g.integration_id
         left join tocsin.deliveries o on o.organization_id = d.organization_id and o.integration_id = d.integration_id
                                      and o.delivery_id = d.duplicate_of
        where g.organization_id = $1 and d.delivery_id = $2)"
};

#undef TOCSIN_DELIVERY_COLUMNS

constexpr db::statement list_unmapped{
    "list_unmapped_projects",
    R"(select d.integration_id, d.project_id, max(d.project_slug) as project_slug, count(*) as deliveries,
              min(d.received_at) as first_at, max(d.received_at) as last_at
         from tocsin.deliveries d
        where d.organization_id = $1 and d.outcome = 'unmapped'
          and not exists (select from tocsin.mappings m
                           where m.organization_id = d.organization_id and m.integration_id = d.integration_id
                             and (m.sentry_project_id = d.project_id or (m.sentry_project_id is null and m.sentry_project_slug = d.project_slug)))
        group by d.integration_id, d.project_id, case when d.project_id is null then d.project_slug end
        order by max(d.received_at) desc limit 1000)"
};

constexpr db::statement list_services{
    "list_services_to_suggest",
    "select service_id, slug, name from tocsin.services where organization_id = $1 and archived_at is null "
    "order by slug"
};

std::optional<suggested_service> suggest(
    std::optional<std::string> const& project, std::vector<suggested_service> const& services
) {
    constexpr double alike_enough = 0.6;  // two words of three
    if (!project) return std::nullopt;
    std::optional<suggested_service> best;
    double best_likeness = 0;
    for (auto const& one : services) {
        auto const is = std::max(likeness(*project, one.slug), likeness(*project, one.name));
        if (is < alike_enough || is <= best_likeness) continue;
        best = one;
        best_likeness = is;
    }
    return best;
}

delivery read(db::row const& row) {
    return {
        row.get<delivery_id>("delivery_id"),
        row.get<timestamp>("received_at"),
        row.get<integration_id>("integration_id"),
        row.text("resource"),
        row.text("action"),
        row.text("outcome"),
        row.text("rule"),
        row.get<std::optional<std::string>>("project_id"),
        row.get<std::optional<std::string>>("project_slug"),
        row.get<std::optional<std::string>>("source_kind"),
        row.get<std::optional<std::string>>("source_id"),
        row.get<std::optional<std::int64_t>>("incident_number"),
        row.text("request_id"),
        row.get<std::optional<delivery_id>>("duplicate_of"),
        row.get<std::int64_t>("body_bytes"),
        row.get<bool>("cut")
    };
}

}  // namespace

async::task<std::vector<delivery>> delivery_log::list(organization_id org, delivery_filter filter) {
    return pool_.transact(org, [org, filter](db::transaction& tx) {
        std::vector<delivery> found;
        for (auto const row : tx.run(
                 list_some,
                 org,
                 filter.before,
                 filter.since,
                 filter.until,
                 filter.outcome,
                 filter.resource,
                 filter.integration,
                 filter.project,
                 filter.request_id,
                 filter.limit
             ))
            found.push_back(read(row));
        return found;
    });
}

async::task<result<delivery_details>> delivery_log::find(organization_id org, delivery_id id) {
    return pool_.transact(org, [=](db::transaction& tx) -> result<delivery_details> {
        auto const row = tx.run(find_one, org, id).first();
        if (!row)
            return error{
                errc::not_found, "There is no such delivery, or it is older than the retention time."
            };
        auto const body = row->get<std::optional<byte_string>>("body");
        return delivery_details{
            read(*row),
            row->text("hook_timestamp"),
            row->text("signing_key"),
            body ? std::string(as_text(*body)) : std::string()
        };
    });
}

async::task<std::vector<unmapped_project>> delivery_log::unmapped(organization_id org) {
    return pool_.transact(org, [org](db::transaction& tx) {
        std::vector<suggested_service> services;
        for (auto const row : tx.run(list_services, org))
            services.push_back({row.get<service_id>("service_id"), row.text("slug"), row.text("name")});
        std::vector<unmapped_project> found;
        for (auto const row : tx.run(list_unmapped, org))
            found.push_back(
                {row.get<integration_id>("integration_id"),
                 row.get<std::optional<std::string>>("project_id"),
                 row.get<std::optional<std::string>>("project_slug"),
                 row.get<std::int64_t>("deliveries"),
                 row.get<timestamp>("first_at"),
                 row.get<timestamp>("last_at"),
                 suggest(row.get<std::optional<std::string>>("project_slug"), services)}
            );
        return found;
    });
}

}  // namespace tocsin::incidents
