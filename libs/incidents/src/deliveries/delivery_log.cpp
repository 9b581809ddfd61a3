#include "deliveries/name_similarity.hpp"
#include "store/delivery_rows.hpp"

#include <tocsin/incidents/delivery_log.hpp>
#include <tocsin/integrations/project_names.hpp>

#include <algorithm>

namespace tocsin::incidents {

namespace {

constexpr auto log_columns =
    db::columns<delivery>(db::column("received_at", &delivery::received_at), delivery_columns<delivery>);

// One integration after the other, each in the order of its index.
constexpr auto list_text =
    "select d.* from tocsin.integrations g cross join lateral (select " + names(log_columns, "d") + R"(
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
        order by d.delivery_id desc limit $10)";
constexpr db::statement list_some{"list_deliveries", list_text.c_str(), db::statement::planned::by_values};

constexpr auto details_columns = db::columns<delivery_details>(
    db::within<delivery_details>(&delivery_details::summary, log_columns),
    db::column("hook_timestamp", &delivery_details::hook_timestamp),
    db::column("signing_key", &delivery_details::signing_key)
);

// A duplicate has the body of the delivery that it points to.
constexpr auto find_text =
    "select " + names(details_columns, "d") + R"(, substring(coalesce(d.body, o.body) for $3::int) as body,
              length(coalesce(d.body, o.body)) as body_size
         from tocsin.integrations g
         join tocsin.deliveries d on d.organization_id = g.organization_id and d.integration_id = g.integration_id
         left join tocsin.deliveries o on o.organization_id = d.organization_id and o.integration_id = d.integration_id
                                      and o.delivery_id = d.duplicate_of
        where g.organization_id = $1 and d.delivery_id = $2)";
constexpr db::statement find_one{"find_delivery", find_text.c_str()};

constexpr db::statement find_whole_body{
    "find_delivery_body",
    R"(select coalesce(d.body, o.body) as body
         from tocsin.integrations g
         join tocsin.deliveries d on d.organization_id = g.organization_id and d.integration_id = g.integration_id
         left join tocsin.deliveries o on o.organization_id = d.organization_id and o.integration_id = d.integration_id
                                      and o.delivery_id = d.duplicate_of
        where g.organization_id = $1 and d.delivery_id = $2)"
};

// A project is shown with its current slug. Deliveries by slug only have the mapping of the project with it.
constexpr auto list_unmapped_text = db::sql_text(R"(with unmapped as (
       select d.organization_id, d.integration_id, d.project_id, case when d.project_id is null then d.project_slug end as slug, d.requested_service,
              max(d.project_slug) as last_slug, count(*) as deliveries, min(d.received_at) as first_at, max(d.received_at) as last_at
         from tocsin.deliveries d
        where d.organization_id = $1 and d.outcome = 'unmapped'
        group by 1, 2, 3, 4, 5)
       select k.integration_id, k.project_id, coalesce(p.slug, k.last_slug) as project_slug, k.requested_service, k.deliveries, k.first_at, k.last_at
         from unmapped k
         left join tocsin.sentry_projects p on p.organization_id = k.organization_id and p.integration_id = k.integration_id
                                           and p.project_id = k.project_id
        where not exists (select from tocsin.mappings m
                           where m.organization_id = k.organization_id and m.integration_id = k.integration_id
                             and (m.sentry_project_id = coalesce(k.project_id, )") +
                                    integrations::project_with_slug +
                                    R"()
                                  or (m.sentry_project_id is null and m.sentry_project_slug = coalesce(p.slug, k.last_slug))))
        order by k.last_at desc limit 1000)";
constexpr db::statement list_unmapped{"list_unmapped_projects", list_unmapped_text.c_str()};

constexpr db::statement list_services{
    "list_services_to_suggest",
    "select service_id, slug, name from tocsin.services where organization_id = $1 and archived_at is null order by slug"
};

error no_delivery() {
    return {errc::not_found, "There is no such delivery, or it is older than the retention time."};
}

std::optional<suggested_service> suggest(
    std::optional<std::string> const& project, std::vector<suggested_service> const& services
) {
    constexpr double similar_enough = 0.6;  // two words of three
    if (!project) return std::nullopt;
    std::optional<suggested_service> best;
    double best_similarity = 0;
    for (auto const& one : services) {
        auto const similarity =
            std::max(name_similarity(*project, one.slug), name_similarity(*project, one.name));
        if (similarity < similar_enough || similarity <= best_similarity) continue;
        best = one;
        best_similarity = similarity;
    }
    return best;
}

}  // namespace

async::task<std::vector<delivery>> delivery_log::list(organization_id org, delivery_filter filter) {
    return pool_.transact(org, [org, filter](db::transaction& tx) {
        std::vector<delivery> all;
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
            all.push_back(db::read(row, log_columns));
        return all;
    });
}

async::task<result<delivery_details>> delivery_log::find(organization_id org, delivery_id id) {
    return pool_.transact(org, [=](db::transaction& tx) -> result<delivery_details> {
        auto const row = tx.run(find_one, org, id, shown_body).first();
        if (!row) return no_delivery();
        auto details = db::read(*row, details_columns);
        if (auto const body = row->get<std::optional<byte_string>>("body")) {
            details.body = as_text(*body);
            details.body_truncated = row->get<std::int64_t>("body_size") > shown_body;
        }
        return details;
    });
}

async::task<result<std::string>> delivery_log::find_body(organization_id org, delivery_id id) {
    return pool_.transact(org, [=](db::transaction& tx) -> result<std::string> {
        auto const row = tx.run(find_whole_body, org, id).first();
        if (!row) return no_delivery();
        auto const body = row->get<std::optional<byte_string>>("body");
        if (!body) return error{errc::not_found, "The body of this delivery was not stored."};
        return std::string(as_text(*body));
    });
}

async::task<std::vector<unmapped_project>> delivery_log::unmapped(organization_id org) {
    return pool_.transact(org, [org](db::transaction& tx) {
        std::vector<suggested_service> services;
        for (auto const row : tx.run(list_services, org))
            services.push_back({row.get<service_id>("service_id"), row.text("slug"), row.text("name")});
        std::vector<unmapped_project> projects;
        for (auto const row : tx.run(list_unmapped, org)) {
            auto const slug = row.get<std::optional<std::string>>("project_slug");
            auto const requested = row.get<std::optional<std::string>>("requested_service");
            projects.push_back(
                {row.get<integration_id>("integration_id"),
                 row.get<std::optional<std::string>>("project_id"),
                 slug,
                 requested,
                 row.get<std::int64_t>("deliveries"),
                 row.get<timestamp>("first_at"),
                 row.get<timestamp>("last_at"),
                 suggest(requested ? requested : slug, services)}
            );
        }
        return projects;
    });
}

}  // namespace tocsin::incidents
