#include "grant_store.hpp"

#include "stored_calls.hpp"

#include <tocsin/db/columns.hpp>
#include <tocsin/grants/operations.hpp>

namespace tocsin::grants {

namespace {

constexpr auto grant_columns = db::columns<grant>(
    db::column("grant_id", &grant::id),
    db::column("name", &grant::name),
    db::column("integration_id", &grant::integration),
    db::column("operations", &grant::operations),
    db::column("approval", &grant::approval, parse_approval),
    db::column("per_minute", &grant::per_minute),
    db::column("created_by_name", &grant::created_by),
    db::column("created_at", &grant::created_at),
    db::column("expires_at", &grant::expires_at),
    db::column("last_used_at", &grant::last_used_at)
);

constexpr auto select_grants =
    "select " + names(grant_columns, "g") + R"(, g.holder_user_id, g.holder_token_id, g.project_ids,
       coalesce(u.email, t.name, '') as holder_name,
       array(select coalesce(p.slug, '')
               from unnest(g.project_ids) with ordinality k (id, place)
               left join tocsin.sentry_projects p on p.organization_id = g.organization_id
                    and p.integration_id = g.integration_id and p.project_id = k.id
              order by k.place) as project_slugs,
       i.mode, coalesce(i.sentry_org_id, '') as sentry_org_id, coalesce(i.sentry_org_slug, '') as sentry_org_slug, i.scopes
  from tocsin.grants g
  join tocsin.integrations i on i.organization_id = g.organization_id and i.integration_id = g.integration_id
  left join tocsin.users u on u.user_id = g.holder_user_id
  left join tocsin.api_tokens t on t.organization_id = g.organization_id and t.token_id = g.holder_token_id
 where g.organization_id = $1 and g.revoked_at is null)";

constexpr auto list_text =
    select_grants +
    " and ($2::uuid is null or g.grant_id < $2::uuid) and ($3::text is null or g.name = $3)"
    " order by g.grant_id desc limit $4::bigint";
constexpr db::statement list_all{"list_grants", list_text.c_str()};
// With the setting in the same statement, because each statement is a round trip.
constexpr auto find_text =
    select_grants +
    " and g.grant_id = $2 and (not $3::boolean or set_config('synchronous_commit', 'off', true) is not null)";
constexpr db::statement find_one{"find_grant", find_text.c_str()};

constexpr db::statement find_member{
    "find_grant_member",
    R"(select u.user_id from tocsin.users u
         join tocsin.members m on m.user_id = u.user_id and m.organization_id = $1
        where lower(u.email) = lower($2))"
};
constexpr db::statement find_live_token{
    "find_grant_token",
    R"(select token_id from tocsin.api_tokens
        where organization_id = $1 and token_id = $2 and revoked_at is null)"
};
constexpr db::statement insert_one{
    "insert_grant",
    R"(insert into tocsin.grants (organization_id, grant_id, integration_id, name, holder_user_id, holder_token_id, operations, contract,
                                  project_ids, approval, per_minute, created_by_name, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7::text[], $8::date, $9::text[], $10, $11, left($12, 300), $13))"
};
constexpr db::statement update_one{
    "update_grant",
    R"(update tocsin.grants
          set name = coalesce($3, name), operations = coalesce($4::text[], operations),
              contract = case when $4::text[] is null then contract else $5::date end,
              project_ids = coalesce($6::text[], project_ids), approval = coalesce($7, approval),
              per_minute = coalesce($8::integer, per_minute),
              expires_at = case when $9 then $10::timestamptz else expires_at end
        where organization_id = $1 and grant_id = $2 and revoked_at is null)"
};
constexpr db::statement revoke_one{
    "revoke_grant",
    R"(update tocsin.grants set revoked_at = tocsin.now()
        where organization_id = $1 and grant_id = $2 and revoked_at is null)"
};

constexpr db::statement find_wait{
    "find_grant_wait",
    R"(select greatest(1, ceil(extract(epoch from rate_full_at + interval '1 minute' / per_minute - interval '1 minute' - tocsin.now())))::bigint
              as seconds
         from tocsin.grants where organization_id = $1 and grant_id = $2)"
};
constexpr db::statement insert_call_row{
    "insert_grant_call",
    R"(insert into tocsin.grant_calls (organization_id, call_id, grant_id, operation, project, result, detail, arguments, caller, request_id)
       values ($1, $2, $3, $4, left($5, 200), $6, left($7, 500), nullif($8, '')::jsonb, left($9, 300), left($10, 64)))"
};
// One statement, because every call executes it, and each is a round trip. The generic cell rate algorithm:
// `rate_full_at` is when all calls of a minute are available again.
constexpr db::statement insert_counted_call_row{
    "insert_counted_grant_call",
    R"(with counted as (
           update tocsin.grants
              set last_used_at = tocsin.now(),
                  rate_full_at = greatest(coalesce(rate_full_at, tocsin.now()), tocsin.now()) + interval '1 minute' / per_minute
            where organization_id = $1 and grant_id = $3
              and (rate_full_at is null or rate_full_at <= tocsin.now() + interval '1 minute' - interval '1 minute' / per_minute)
           returning grant_id)
       insert into tocsin.grant_calls (organization_id, call_id, grant_id, operation, project, result, arguments, caller, request_id)
       select $1, $2, $3, $4, left($5, 200), $6, nullif($7, '')::jsonb, left($8, 300), left($9, 64) from counted)"
};
constexpr db::statement complete_call_row{
    "complete_grant_call",
    R"(update tocsin.grant_calls set result = $3, status = $4, bytes = $5, duration_ms = $6, detail = left($7, 500)
        where organization_id = $1 and call_id = $2
          and (not $8::boolean or set_config('synchronous_commit', 'off', true) is not null))"
};
constexpr auto call_columns = db::columns<recorded_call>(
    db::column("call_id", &recorded_call::id),
    db::column("at", &recorded_call::at),
    db::column("operation", &recorded_call::operation),
    db::column("project", &recorded_call::project),
    db::column("result", &recorded_call::result, parse_call_result),
    db::column("status", &recorded_call::status),
    db::column("bytes", &recorded_call::bytes),
    db::column("duration_ms", &recorded_call::duration_ms),
    db::column("detail", &recorded_call::detail),
    db::column("caller", &recorded_call::caller),
    db::column("request_id", &recorded_call::request_id)
);
constexpr auto calls_text = "select " + names(call_columns) + R"(, coalesce(arguments::text, '') as arguments
  from tocsin.grant_calls
 where organization_id = $1 and grant_id = $2 and ($3::uuid is null or call_id < $3::uuid)
 order by call_id desc limit $4::bigint)";
constexpr db::statement list_call_rows{"list_grant_calls", calls_text.c_str()};
constexpr db::statement find_asked{
    "find_asked_approval",
    R"(select approval_id from tocsin.approvals
        where organization_id = $1 and grant_id = $2 and request = $3::jsonb and state = 'asked' and expires_at > tocsin.now())"
};
constexpr db::statement insert_asked{
    "insert_approval",
    R"(insert into tocsin.approvals (organization_id, approval_id, grant_id, operation, request, asked_by_user, asked_by_token,
                                     asked_by_name, expires_at)
       values ($1, $2, $3, $4, $5::jsonb, $6, $7, left($8, 300), tocsin.now() + interval '24 hours'))"
};
constexpr db::statement wait_for_disk{
    "commit_durably", "select set_config('synchronous_commit', 'on', true)"
};

usable_grant read(db::row const& row) {
    usable_grant value{db::read(row, grant_columns), {}, {}, {}, {}};
    auto& grant = value.grant;
    grant.holder = {
        row.get<std::optional<user_id>>("holder_user_id"),
        row.get<std::optional<identity::token_id>>("holder_token_id"),
        row.text("holder_name")
    };
    auto ids = row.get<std::vector<std::string>>("project_ids");
    auto slugs = row.get<std::vector<std::string>>("project_slugs");
    for (std::size_t i = 0; i < ids.size(); ++i)
        grant.projects.push_back({std::move(ids[i]), i < slugs.size() ? std::move(slugs[i]) : std::string()});
    value.mode = integrations::parse_mode(row.text("mode")).value();
    value.sentry_org_id = row.text("sentry_org_id");
    value.sentry_org_slug = row.text("sentry_org_slug");
    value.scopes = row.get<std::vector<std::string>>("scopes");
    return value;
}

}  // namespace

std::vector<grant> list_grants(
    db::transaction& tx,
    organization_id org,
    std::optional<grant_id> before,
    std::optional<std::string> const& name,
    std::int64_t limit
) {
    std::vector<grant> all;
    for (auto const row : tx.run(list_all, org, before, name, limit)) all.push_back(read(row).grant);
    return all;
}

result<usable_grant> find_usable_grant(
    db::transaction& tx, organization_id org, grant_id id, commit_mode commit
) {
    auto const row = tx.run(find_one, org, id, commit == commit_mode::without_waiting).first();
    if (!row) return error{errc::not_found, "There is no such grant."};
    return read(*row);
}

result<grant> find_grant(db::transaction& tx, organization_id org, grant_id id) {
    auto found = find_usable_grant(tx, org, id);
    if (!found) return found.error();
    return std::move(found->grant);
}

result<void> find_holder(db::transaction& tx, organization_id org, stored_grant& row) {
    auto const missing = [](char const* field, char const* what) {
        return error{errc::invalid, "The holder of the grant does not exist.", {{field, what}}};
    };
    if (row.wanted.member) {
        auto const found = tx.run(find_member, org, *row.wanted.member).first();
        if (!found) return missing("member", "is no member of the organization");
        row.holder_user = found->get<user_id>("user_id");
        row.holder_token.reset();
    } else if (row.wanted.token) {
        auto const found = tx.run(find_live_token, org, *row.wanted.token).first();
        if (!found) return missing("token_id", "is no API token of the organization");
        row.holder_user.reset();
        row.holder_token = row.wanted.token;
    }
    return {};
}

void insert_grant(db::transaction& tx, organization_id org, stored_grant const& row) {
    tx.run(
        insert_one,
        org,
        row.id,
        row.wanted.integration,
        row.wanted.name,
        row.holder_user,
        row.holder_token,
        row.operations,
        contract_date,
        row.project_ids,
        row.wanted.approval,
        row.wanted.per_minute,
        row.created_by,
        row.wanted.expires_at
    );
}

bool update_grant(
    db::transaction& tx,
    organization_id org,
    grant_id id,
    grant_change const& change,
    std::optional<std::vector<std::string>> const& project_ids
) {
    return tx.run(
                 update_one,
                 org,
                 id,
                 change.name,
                 change.operations,
                 contract_date,
                 project_ids,
                 change.approval,
                 change.per_minute,
                 change.expires_at.has_value(),
                 change.expires_at.value_or(std::nullopt)
           )
               .affected() > 0;
}

bool revoke_grant(db::transaction& tx, organization_id org, grant_id id) {
    return tx.run(revoke_one, org, id).affected() > 0;
}

std::optional<std::chrono::seconds> insert_counted_call(
    db::transaction& tx, organization_id org, grant_id grant, recorded_call const& call
) {
    bool const is_counted = tx.run(
                                  insert_counted_call_row,
                                  org,
                                  call.id,
                                  grant,
                                  call.operation,
                                  call.project,
                                  call.result,
                                  call.arguments,
                                  call.caller,
                                  call.request_id
                            )
                                .affected() > 0;
    if (is_counted) return std::nullopt;
    return std::chrono::seconds(tx.run(find_wait, org, grant)[0].get<std::int64_t>("seconds"));
}

void insert_call(db::transaction& tx, organization_id org, grant_id grant, recorded_call const& call) {
    tx.run(
        insert_call_row,
        org,
        call.id,
        grant,
        call.operation,
        call.project,
        call.result,
        call.detail,
        call.arguments,
        call.caller,
        call.request_id
    );
}

void complete_call(db::transaction& tx, organization_id org, recorded_call const& call, commit_mode commit) {
    tx.run(
        complete_call_row,
        org,
        call.id,
        call.result,
        call.status,
        call.bytes,
        call.duration_ms,
        call.detail,
        commit == commit_mode::without_waiting
    );
}

std::vector<recorded_call> list_calls(
    db::transaction& tx, organization_id org, grant_id id, std::optional<uuid> before, std::int64_t limit
) {
    std::vector<recorded_call> all;
    for (auto const row : tx.run(list_call_rows, org, id, before, limit)) {
        all.push_back(db::read(row, call_columns));
        all.back().arguments = row.text("arguments");
    }
    return all;
}

approval_id ask_for_approval(
    db::transaction& tx,
    organization_id org,
    grant_id grant,
    identity::principal const& who,
    planned_call const& call,
    approval_id id
) {
    auto const request = stored_call(call);
    if (auto const same = tx.run(find_asked, org, grant, request).first())
        return same->get<approval_id>("approval_id");
    auto const& name = who.user ? who.email : who.name;
    tx.run(wait_for_disk);
    tx.run(insert_asked, org, id, grant, call.name(), request, who.user, who.token, name);
    return id;
}

}  // namespace tocsin::grants
