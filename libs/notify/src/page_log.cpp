#include <tocsin/notify/page_log.hpp>

#include <utility>

namespace tocsin::notify {

namespace {

constexpr db::statement list_pages{
    "list_pages",
    R"(select p.page_id, p.incident_number, coalesce(u.email, '') as email, coalesce(u.name, '') as name, coalesce(w.kind, '') as method,
              coalesce(w.mask, '') as mask, p.step, p.lap, p.urgency, p.state, p.reason, p.due_at, p.accepted_at, p.delivered_at, p.seen_at, p.acted_at
         from tocsin.pages p
         left join tocsin.users u on u.user_id = p.user_id
         left join tocsin.methods w on w.user_id = p.user_id and w.method_id = p.method_id
        where p.organization_id = $1 and ($2::uuid is null or p.page_id < $2)
          and ($3::text[] = '{}' or p.state = any ($3::text[]))
          and ($4::text is null or lower(u.email) = lower($4))
          and ($5::text[] = '{}' or w.kind = any ($5::text[]))
          and ($6::bigint is null or p.incident_number = $6)
        order by p.page_id desc limit $7)",
    db::statement::planned::by_values
};

constexpr db::statement list_attempts{
    "list_page_attempts",
    R"(select started_at, outcome, http_status, detail from tocsin.page_attempts
        where organization_id = $1 and page_id = $2 order by started_at, attempt_id limit 100)"
};

page_view read_page(db::transaction& tx, organization_id org, db::row const& row) {
    page_view page{
        .id = row.get<page_id>("page_id"),
        .incident = row.get<std::int64_t>("incident_number"),
        .email = row.text("email"),
        .name = row.text("name"),
        .method = row.text("method"),
        .mask = row.text("mask"),
        .step = row.get<int>("step"),
        .lap = row.get<int>("lap"),
        .urgency = row.text("urgency"),
        .state = known(parse_page_state(row.text("state")), "state"),
        .reason = row.text("reason"),
        .due_at = row.get<timestamp>("due_at"),
        .accepted_at = row.get<std::optional<timestamp>>("accepted_at"),
        .delivered_at = row.get<std::optional<timestamp>>("delivered_at"),
        .seen_at = row.get<std::optional<timestamp>>("seen_at"),
        .acted_at = row.get<std::optional<timestamp>>("acted_at"),
        .attempts = {}
    };
    for (auto const attempt : tx.run(list_attempts, org, page.id))
        page.attempts.push_back(
            {attempt.get<timestamp>("started_at"),
             attempt.get<std::optional<std::string>>("outcome"),
             attempt.get<std::optional<int>>("http_status"),
             attempt.text("detail")}
        );
    return page;
}

std::vector<page_view> read_pages(db::transaction& tx, organization_id org, page_filter const& filter) {
    std::vector<page_view> all;
    for (auto const row : tx.run(
             list_pages,
             org,
             filter.before,
             filter.states,
             filter.user,
             filter.methods,
             filter.incident,
             filter.limit
         ))
        all.push_back(read_page(tx, org, row));
    return all;
}

}  // namespace

async::task<std::vector<page_view>> page_log::list(organization_id org, page_filter filter) {
    return pool_.transact(org, [org, filter = std::move(filter)](db::transaction& tx) {
        return read_pages(tx, org, filter);
    });
}

async::task<result<std::vector<page_view>>> page_log::of_incident(
    organization_id org, std::int64_t number, page_filter filter
) {
    filter.incident = number;
    return pool_.transact(
        org,
        [org, number, filter = std::move(filter)](db::transaction& tx) -> result<std::vector<page_view>> {
            if (auto const alarm = oncall::find_alarm(tx, org, number); !alarm) return alarm.error();
            return read_pages(tx, org, filter);
        }
    );
}

async::task<result<oncall::alarm_view>> page_log::alarm(organization_id org, std::int64_t number) {
    return pool_.transact(org, [=](db::transaction& tx) { return oncall::find_alarm(tx, org, number); });
}

}  // namespace tocsin::notify
