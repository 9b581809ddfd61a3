#include "read_all.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/db/sql_text.hpp>
#include <tocsin/identity/service_catalog.hpp>

#include <utility>

namespace tocsin::identity {

namespace {

/// `$1` is the organization.
constexpr db::sql_text select_services = R"(
    with counts as (
        select service_id, count(*) filter (where status = 'open') as open,
               count(*) filter (where status = 'acknowledged') as acknowledged,
               count(*) filter (where severity = 'critical') as critical, count(*) filter (where severity = 'error') as error,
               count(*) filter (where severity = 'warning') as warning, count(*) filter (where severity = 'info') as info
          from tocsin.incidents where organization_id = $1::uuid and status <> 'resolved' group by service_id)
    select s.service_id, s.slug, s.name, s.description, s.runbook_url, s.created_at, s.archived_at, s.policy_id,
           s.urgency ->> 'critical' as on_critical, s.urgency ->> 'error' as on_error, s.urgency ->> 'warning' as on_warning,
           s.urgency ->> 'info' as on_info,
           coalesce(c.open, 0) as open, coalesce(c.acknowledged, 0) as acknowledged, coalesce(c.critical, 0) as critical,
           coalesce(c.error, 0) as error, coalesce(c.warning, 0) as warning, coalesce(c.info, 0) as info,
           o.emails, o.names, p.integrations, p.ids, p.slugs, p.actives
      from tocsin.services s
      left join counts c on c.service_id = s.service_id
      cross join lateral (
        select coalesce(array_agg(u.email order by u.email), '{}') as emails, coalesce(array_agg(u.name order by u.email), '{}') as names
          from tocsin.service_owners w join tocsin.users u on u.user_id = w.user_id
         where w.organization_id = s.organization_id and w.service_id = s.service_id) o
      cross join lateral (
        select coalesce(array_agg(m.integration_id::text order by x.slug, m.mapping_id), '{}') as integrations,
               coalesce(array_agg(coalesce(m.sentry_project_id, '') order by x.slug, m.mapping_id), '{}') as ids,
               coalesce(array_agg(x.slug order by x.slug, m.mapping_id), '{}') as slugs,
               coalesce(array_agg(m.active::text order by x.slug, m.mapping_id), '{}') as actives
          from tocsin.mappings m
          left join tocsin.sentry_projects q on q.organization_id = m.organization_id and q.integration_id = m.integration_id
                                            and q.project_id = m.sentry_project_id
         cross join lateral (select coalesce(q.slug, m.sentry_project_slug, m.sentry_project_id) as slug) x
         where m.organization_id = s.organization_id and m.service_id = s.service_id) p
     where s.organization_id = $1::uuid)";

constexpr auto list_text =
    select_services + R"( and ($2::text is null or (s.slug, s.service_id) > ($2::text, $3::uuid))
     order by s.slug, s.service_id limit $4::bigint)";
constexpr db::statement list_services{"services_list", list_text.c_str()};
constexpr auto find_text = select_services + " and s.service_id = $2::uuid";
constexpr db::statement find_service{"services_find", find_text.c_str()};
constexpr db::statement lock_service = {
    "services_lock",
    R"(select archived_at from tocsin.services where organization_id = $1::uuid and service_id = $2::uuid for update)",
};
constexpr db::statement insert_service = {
    "services_insert",
    R"(insert into tocsin.services (organization_id, service_id, slug, name, description, runbook_url)
       values ($1::uuid, $2::uuid, $3, $4, $5, $6))",
};
constexpr db::statement update_service = {
    "services_update",
    R"(update tocsin.services
          set slug = coalesce($3, slug), name = coalesce($4, name), description = coalesce($5, description),
              runbook_url = coalesce($6, runbook_url)
        where organization_id = $1::uuid and service_id = $2::uuid)",
};
constexpr db::statement set_paging = {
    "services_set_paging",
    R"(update tocsin.services
          set policy_id = case when $3::boolean then $4::uuid else policy_id end,
              urgency = urgency || jsonb_strip_nulls(jsonb_build_object('critical', $5::text, 'error', $6::text, 'warning', $7::text, 'info', $8::text))
        where organization_id = $1::uuid and service_id = $2::uuid)",
};
constexpr db::statement find_strangers = {
    "services_find_strangers",
    R"(select wanted.position, wanted.email
         from unnest($2::text[]) with ordinality as wanted (email, position)
        where not exists (select from tocsin.members m join tocsin.users u on u.user_id = m.user_id
                           where m.organization_id = $1::uuid and lower(u.email) = lower(wanted.email))
        order by wanted.position)",
};
constexpr db::statement remove_owners = {
    "services_remove_owners",
    R"(delete from tocsin.service_owners w using tocsin.users u
        where w.organization_id = $1::uuid and w.service_id = $2::uuid and u.user_id = w.user_id
          and lower(u.email) <> all (select lower(wanted) from unnest($3::text[]) wanted))",
};
constexpr db::statement add_owners = {
    "services_add_owners",
    R"(insert into tocsin.service_owners (organization_id, service_id, user_id)
       select m.organization_id, $2::uuid, m.user_id
         from tocsin.members m join tocsin.users u on u.user_id = m.user_id
        where m.organization_id = $1::uuid and lower(u.email) in (select lower(wanted) from unnest($3::text[]) wanted)
           on conflict do nothing)",
};
constexpr db::statement archive_service = {
    "services_archive",
    R"(update tocsin.services set archived_at = tocsin.now()
        where organization_id = $1::uuid and service_id = $2::uuid and archived_at is null)",
};
constexpr db::statement is_mapped = {
    "services_is_mapped",
    R"(select exists (select from tocsin.mappings where organization_id = $1::uuid and service_id = $2::uuid) as found)",
};

service read_service(db::row const& from) {
    service one{
        .id = from.get<service_id>("service_id"),
        .slug = from.text("slug"),
        .name = from.text("name"),
        .description = from.text("description"),
        .runbook_url = from.text("runbook_url"),
        .policy = from.get<std::optional<uuid>>("policy_id"),
        .urgency =
            {from.text("on_critical"), from.text("on_error"), from.text("on_warning"), from.text("on_info")},
        .created_at = from.get<timestamp>("created_at"),
        .archived_at = from.get<std::optional<timestamp>>("archived_at"),
        .owners = {},
        .projects = {},
        .incidents =
            {from.get<std::int64_t>("open"),
             from.get<std::int64_t>("acknowledged"),
             from.get<std::int64_t>("critical"),
             from.get<std::int64_t>("error"),
             from.get<std::int64_t>("warning"),
             from.get<std::int64_t>("info")},
    };
    using texts = std::vector<std::string>;
    auto const emails = from.get<texts>("emails");
    auto const names = from.get<texts>("names");
    for (std::size_t i = 0; i < emails.size(); ++i) one.owners.push_back({emails[i], names[i]});
    auto const integrations = from.get<texts>("integrations");
    auto const ids = from.get<texts>("ids");
    auto const slugs = from.get<texts>("slugs");
    auto const actives = from.get<texts>("actives");
    for (std::size_t i = 0; i < slugs.size(); ++i)
        one.projects.push_back({integrations[i], ids[i], slugs[i], actives[i] == "true"});
    return one;
}

error no_service() {
    return {errc::not_found, "There is no such service."};
}

result<service> find_one(db::transaction& tx, organization_id org, service_id id) {
    auto const row = tx.run(find_service, org, id).first();
    if (!row) return no_service();
    return read_service(*row);
}

/// Replaces the owners; an error if one of them is not a member.
result<> set_owners(
    db::transaction& tx, organization_id org, service_id id, std::vector<std::string> const& emails
) {
    std::vector<field_error> strangers;
    for (auto const row : tx.run(find_strangers, org, emails))
        strangers.push_back(
            {"owners[" + std::to_string(row.get<std::int64_t>("position") - 1) + "]",
             "is not the email address of a member"}
        );
    if (!strangers.empty()) return error{errc::invalid, "An owner is not a member.", std::move(strangers)};
    tx.run(remove_owners, org, id, emails);
    tx.run(add_owners, org, id, emails);
    return {};
}

error refused_by(db::constraint_violation const& why) {
    if (why.constraint == "services_slug_key")
        return {errc::conflict, "Another service has this slug.", {{"slug", "is taken by another service"}}};
    if (why.constraint == "services_organization_id_policy_id_fkey")
        return {
            errc::invalid, "There is no such policy.", {{"policy_id", "is not a policy of this organization"}}
        };
    throw why;
}

void change_paging(
    db::transaction& tx,
    organization_id org,
    service_id id,
    std::optional<std::optional<uuid>> const& policy,
    urgency_change const& by
) {
    auto const named = policy.value_or(std::nullopt);
    tx.run(set_paging, org, id, policy.has_value(), named, by.critical, by.error, by.warning, by.info);
}

}  // namespace

service_catalog::service_catalog(db::pool& gateway, clock const& time) : gateway_(gateway), clock_(time) {}

async::task<std::vector<service>> service_catalog::list(
    organization_id org, std::optional<service_key> after, std::int64_t limit
) {
    co_return co_await gateway_.transact(org, [org, after = std::move(after), limit](db::transaction& tx) {
        std::optional<std::string> slug;
        std::optional<service_id> id;
        if (after) {
            slug = after->slug;
            id = after->id;
        }
        return read_all(tx.run(list_services, org, slug, id, limit), read_service);
    });
}

async::task<result<service>> service_catalog::find(organization_id org, service_id id) {
    co_return co_await gateway_.transact(org, [org, id](db::transaction& tx) {
        return find_one(tx, org, id);
    });
}

async::task<result<service>> service_catalog::create(db::tenant tenant, new_service wanted) {
    service_id const id{crypto::uuid_v7(clock_.now())};
    auto const work = [org = *tenant.organization, id, wanted](db::transaction& tx) -> result<service> {
        tx.run(insert_service, org, id, wanted.slug, wanted.name, wanted.description, wanted.runbook_url);
        change_paging(tx, org, id, wanted.policy, wanted.urgency);
        if (auto const set = set_owners(tx, org, id, wanted.owners); !set) return set.error();
        return find_one(tx, org, id);
    };
    return gateway_.transact_result(tenant, work, refused_by);
}

async::task<result<service>> service_catalog::change(
    db::tenant tenant, service_id id, service_change wanted
) {
    auto const work = [org = *tenant.organization, id, wanted](db::transaction& tx) -> result<service> {
        auto const before = tx.run(lock_service, org, id);
        if (before.empty()) return no_service();
        if (!before[0].is_null("archived_at"))
            return error{
                errc::conflict, "This service is archived and cannot change. Create a new one instead."
            };
        tx.run(update_service, org, id, wanted.slug, wanted.name, wanted.description, wanted.runbook_url);
        change_paging(tx, org, id, wanted.policy, wanted.urgency);
        if (wanted.owners)
            if (auto const set = set_owners(tx, org, id, *wanted.owners); !set) return set.error();
        return find_one(tx, org, id);
    };
    return gateway_.transact_result(tenant, work, refused_by);
}

async::task<result<>> service_catalog::archive(db::tenant tenant, service_id id) {
    co_return co_await gateway_.transact(
        tenant,
        [org = *tenant.organization, id](db::transaction& tx) -> result<> {
            // The lock prevents a new mapping until the transaction ends.
            if (tx.run(lock_service, org, id).empty()) return no_service();
            auto const mapped = tx.run(is_mapped, org, id);
            if (mapped[0].get<bool>("found")) {
                return error{
                    errc::in_use,
                    "A mapping still points at this service. Point it at another service, or remove it first."
                };
            }
            tx.run(archive_service, org, id);
            return {};
        }
    );
}

}  // namespace tocsin::identity
