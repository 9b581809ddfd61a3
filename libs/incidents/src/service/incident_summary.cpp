#include "service/incident_reader.hpp"

namespace tocsin::incidents {

namespace {

// Numbers grow with time, so a scan from the newest one down ends where the period begins.
constexpr db::sql_text incidents_of_period = R"(
       with of_period as materialized (
        select i.service_id, i.status, i.opened_at, i.acknowledged_at, i.resolved_at from tocsin.incidents i
         where i.organization_id = $1 and i.opened_at >= $2 and i.opened_at < $3
           and i.number > coalesce((select b.number from tocsin.incidents b where b.organization_id = $1
                                       and b.opened_at < $2 order by b.number desc limit 1), 0))
)";

constexpr auto count_days_text = incidents_of_period + R"(
       select to_char(d.day, 'YYYY-MM-DD') as date, coalesce(o.count, 0) as opened, coalesce(r.count, 0) as resolved
         from generate_series(date_trunc('day', $2::timestamptz), $3::timestamptz - interval '1 microsecond', interval '1 day') as d (day)
         left join (select date_trunc('day', opened_at) as day, count(*) from of_period group by 1) o on o.day = d.day
         left join (select date_trunc('day', resolved_at) as day, count(*) from of_period where resolved_at is not null group by 1) r on r.day = d.day
        order by d.day)";
constexpr db::statement count_days{"summarize_days", count_days_text.c_str()};

constexpr auto count_services_text = incidents_of_period + R"(
       select s.service_id, s.slug, s.name, count(*) as opened, count(*) filter (where p.status <> 'resolved') as still_open,
              round(percentile_cont(0.5) within group (order by extract(epoch from p.acknowledged_at - p.opened_at))
                  filter (where p.acknowledged_at is not null))::bigint as acknowledged_after,
              round(percentile_cont(0.5) within group (order by extract(epoch from p.resolved_at - p.opened_at))
                  filter (where p.resolved_at is not null))::bigint as resolved_after
         from of_period p
         join tocsin.services s on s.organization_id = $1 and s.service_id = p.service_id
        group by s.service_id, s.slug, s.name
        order by opened desc, s.slug)";
constexpr db::statement count_services{"summarize_services", count_services_text.c_str()};

}  // namespace

async::task<result<incident_summary>> incident_service::summarize(
    organization_id org, std::optional<timestamp> since, std::optional<timestamp> until
) {
    return pool_.transact(org, [=](db::transaction& tx) -> result<incident_summary> {
        auto const to = until ? *until : database_now(tx);
        auto const from = since.value_or(to - std::chrono::days(30));
        if (from >= to || to - from > std::chrono::days(366))
            return error{
                errc::invalid,
                "The period is not valid.",
                {{"since", "must be before until, and at most 366 days before it"}}
            };
        incident_summary summary{.since = from, .until = to};
        for (auto const& row : tx.run(count_days, org, from, to))
            summary.days.push_back(
                {row.text("date"), row.get<std::int64_t>("opened"), row.get<std::int64_t>("resolved")}
            );
        for (auto const& row : tx.run(count_services, org, from, to))
            summary.services.push_back(
                {row.get<service_id>("service_id"),
                 row.text("slug"),
                 row.text("name"),
                 row.get<std::int64_t>("opened"),
                 row.get<std::int64_t>("still_open"),
                 row.get<std::optional<std::int64_t>>("acknowledged_after"),
                 row.get<std::optional<std::int64_t>>("resolved_after")}
            );
        return summary;
    });
}

}  // namespace tocsin::incidents
