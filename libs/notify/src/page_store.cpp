#include "page_store.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/db/columns.hpp>

#include <algorithm>

namespace tocsin::notify {

namespace {

constexpr db::statement list_methods{
    "list_methods_of_person",
    R"(select method_id, kind, address_sealed is null as is_of_account, verified_at is not null as is_verified, disabled_at is not null as is_disabled
         from tocsin.methods where user_id = $1 order by kind = 'mail', created_at, method_id)"
};

constexpr auto page_columns = db::columns<new_page>(
    db::column("organization_id", &new_page::organization),
    db::column("page_id", &new_page::id),
    db::column("incident_number", &new_page::incident),
    db::column("run", &new_page::run),
    db::column("lap", [](new_page const& page) { return page.at.lap; }),
    db::column("step", [](new_page const& page) { return page.at.step; }),
    db::column("user_id", &new_page::user),
    db::column("method_id", &new_page::method),
    db::column("urgency", &new_page::urgency),
    db::column("reason", &new_page::reason)
);
constexpr auto insert_text =
    db::insert_into(
        "tocsin.pages",
        page_columns,
        {{"due_at", "tocsin.now()"}, {"expires_at", "tocsin.now() + interval '2 hours'"}}
    ) +
    " on conflict do nothing";
constexpr db::statement insert_all{"insert_pages", insert_text.c_str()};

constexpr db::statement claim_due{
    "claim_due_pages",
    R"(with due as (
           select organization_id, page_id from tocsin.pages
            where state in ('due', 'sending') and due_at <= tocsin.now() and (lease_until is null or lease_until < tocsin.now())
            order by due_at limit $3 for update skip locked)
       update tocsin.pages p
          set state = 'sending', lease_owner = $1, lease_until = tocsin.now() + $2::bigint * interval '1 millisecond',
              fence = p.fence + 1, tries = p.tries + 1
         from due where p.organization_id = due.organization_id and p.page_id = due.page_id
       returning p.organization_id, p.page_id)"
};

constexpr db::statement finish_lost_attempts{
    "finish_lost_page_attempts",
    R"(update tocsin.page_attempts a set finished_at = tocsin.now(), outcome = 'unknown', detail = 'interrupted'
         from unnest($1::uuid[], $2::uuid[]) as k (organization_id, page_id)
        where a.organization_id = k.organization_id and a.page_id = k.page_id and a.finished_at is null)"
};

// An alarm that is exhausted ended without an answer, so its pages are still sent while the incident is open.
constexpr db::statement read_claimed{
    "read_claimed_pages",
    R"(select p.organization_id, p.page_id, p.incident_number, p.urgency, p.user_id, p.method_id, p.fence, p.tries,
              p.expires_at <= tocsin.now() as is_expired,
              coalesce(m.user_id is not null and (a.ended_by is null or (a.ended_by = 'exhausted' and i.status = 'open')) and a.run is not null,
                       false) as is_wanted,
              (extract(epoch from tocsin.now() - case when p.lap = 1 and p.step = 0 then coalesce(a.started_at, p.due_at) else p.due_at end)
               * 1000)::bigint as delay_ms,
              o.slug, o.name as organization_name, i.title, i.severity, s.name as service_name, coalesce(i.environment, '') as environment,
              coalesce(i.release, '') as release, coalesce(i.url, '') as url, coalesce(u.email, '') as email,
              coalesce(w.kind, 'mail') as kind, coalesce(w.address_sealed, ''::bytea) as address_sealed
         from unnest($1::uuid[], $2::uuid[]) as k (organization_id, page_id)
         join tocsin.pages p on p.organization_id = k.organization_id and p.page_id = k.page_id
         join tocsin.organizations o on o.organization_id = p.organization_id
         join tocsin.incidents i on i.organization_id = p.organization_id and i.number = p.incident_number
         join tocsin.services s on s.organization_id = i.organization_id and s.service_id = i.service_id
         left join tocsin.alarms a on a.organization_id = p.organization_id and a.incident_number = p.incident_number and a.run = p.run
         left join tocsin.members m on m.organization_id = p.organization_id and m.user_id = p.user_id
         left join tocsin.users u on u.user_id = p.user_id
         left join tocsin.methods w on w.user_id = p.user_id and w.method_id = p.method_id)"
};

constexpr db::statement insert_one_attempt{
    "insert_page_attempt",
    "insert into tocsin.page_attempts (organization_id, page_id, attempt_id, nonce_hash) values ($1, $2, $3, $4)"
};
constexpr db::statement finish_one_attempt{
    "finish_page_attempt",
    R"(update tocsin.page_attempts set finished_at = tocsin.now(), outcome = $4, http_status = $5, provider_ref = $6, detail = left($7, 500)
        where organization_id = $1 and page_id = $2 and attempt_id = $3)"
};

// A person may have acted on the page before the provider's answer was stored.
constexpr db::statement finish_one{
    "finish_page",
    R"(update tocsin.pages p
          set state = case when p.acted_at is not null then 'acted' else $4 end,
              reason = case when $4 = 'accepted' and p.acted_at is null
                             and exists (select from tocsin.alarms a
                                          where a.organization_id = p.organization_id and a.incident_number = p.incident_number
                                            and a.run = p.run and a.ended_by in ('acknowledged', 'resolved'))
                            then 'late: it was being sent when the incident was acknowledged or resolved'
                            when $5 = '' then p.reason else left($5, 500) end,
              due_at = tocsin.now() + $6::bigint * interval '1 millisecond', lease_owner = null, lease_until = null,
              accepted_at = case when $4 = 'accepted' then tocsin.now() else p.accepted_at end
        where p.organization_id = $1 and p.page_id = $2 and p.fence = $3 and p.lease_owner is not null)"
};

constexpr db::statement notify{
    "notify_pages", "select pg_notify('tocsin_changes', 'page ' || $1 || ' ' || $2)"
};

constexpr db::statement find_overdue{
    "find_overdue_paging",
    R"(select (coalesce(greatest(
                  (select extract(epoch from tocsin.now() - min(due_at)) from tocsin.alarms where ended_at is null and due_at <= tocsin.now()),
                  (select extract(epoch from tocsin.now() - min(greatest(due_at, coalesce(lease_until, due_at)))) from tocsin.pages
                    where state in ('due', 'sending') and due_at <= tocsin.now() and (lease_until is null or lease_until < tocsin.now()))),
                0) * 1000)::bigint as ms)"
};

leased_page read_page(db::row const& row) {
    leased_page page;
    auto& content = page.content;
    content.page = row.get<page_id>("page_id");
    content.organization = row.get<organization_id>("organization_id");
    content.organization_slug = row.text("slug");
    content.organization_name = row.text("organization_name");
    content.incident = row.get<std::int64_t>("incident_number");
    content.title = row.text("title");
    content.severity = row.text("severity");
    content.service = row.text("service_name");
    content.environment = row.text("environment");
    content.release = row.text("release");
    content.url = row.text("url");
    content.urgency = known(oncall::parse_urgency(row.text("urgency")), "urgency");
    content.address = secret(row.text("email"));
    page.kind = known(parse_method_kind(row.text("kind")), "kind");
    page.address_sealed = row.get<byte_string>("address_sealed");
    page.user = row.get<user_id>("user_id");
    page.method = row.get<method_id>("method_id");
    page.attempt = crypto::uuid_v4();
    page.fence = row.get<std::int64_t>("fence");
    page.tries = row.get<int>("tries");
    page.is_wanted = row.get<bool>("is_wanted");
    page.is_expired = row.get<bool>("is_expired");
    page.delay = std::chrono::milliseconds(row.get<std::int64_t>("delay_ms"));
    return page;
}

}  // namespace

std::vector<method> read_methods(db::transaction& tx, user_id user) {
    std::vector<method> all;
    for (auto const row : tx.run(list_methods, user))
        all.push_back(
            {row.get<method_id>("method_id"),
             known(parse_method_kind(row.text("kind")), "kind"),
             row.get<bool>("is_of_account"),
             row.get<bool>("is_verified"),
             row.get<bool>("is_disabled")}
        );
    return all;
}

void insert_pages(db::transaction& tx, std::vector<new_page> const& pages) {
    if (!pages.empty()) db::run(tx, insert_all, page_columns, pages);
}

std::vector<leased_page> claim_pages(db::transaction& tx, page_lease const& lease, int limit) {
    db::array<uuid> organizations;
    db::array<uuid> pages;
    for (auto const row : tx.run(claim_due, lease.owner, lease.length, limit)) {
        organizations.add(row.get<organization_id>("organization_id"));
        pages.add(row.get<page_id>("page_id"));
    }
    std::vector<leased_page> claimed;
    if (pages.size() == 0) return claimed;
    tx.run(finish_lost_attempts, organizations, pages);
    for (auto const row : tx.run(read_claimed, organizations, pages)) claimed.push_back(read_page(row));
    return claimed;
}

void insert_attempt(db::transaction& tx, leased_page const& page, byte_view nonce_hash) {
    tx.run(insert_one_attempt, page.content.organization, page.content.page, page.attempt, nonce_hash);
}

bool finish_page(db::transaction& tx, leased_page const& page, page_result const& result) {
    auto const& content = page.content;
    auto const written = tx.run(
        finish_one,
        content.organization,
        content.page,
        page.fence,
        result.state,
        result.reason,
        result.retry_after
    );
    if (written.affected() == 0) return false;
    notify_pages(tx, content.organization, content.incident);
    return true;
}

void finish_attempt(db::transaction& tx, leased_page const& page, send_result const& result) {
    tx.run(
        finish_one_attempt,
        page.content.organization,
        page.content.page,
        page.attempt,
        result.outcome,
        result.http_status,
        result.provider_ref,
        result.detail
    );
}

void notify_pages(db::transaction& tx, organization_id org, std::int64_t incident) {
    tx.run(notify, org.str(), std::to_string(incident));
}

std::chrono::milliseconds overdue(db::transaction& tx) {
    return std::chrono::milliseconds(tx.run(find_overdue)[0].get<std::int64_t>("ms"));
}

}  // namespace tocsin::notify
