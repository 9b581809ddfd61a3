#include "refresh/refresh_store.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/status_store.hpp>

namespace tocsin::integrations {

namespace {

#define TOCSIN_LEASED_COLUMNS                                                                              \
    " c.organization_id, c.integration_id, i.mode, i.sentry_host, i.sentry_org_slug, i.scopes, "           \
    "i.installation_id, "                                                                                  \
    "c.access_token_sealed, c.refresh_token_sealed, c.fence, c.failed_attempts, before.in_doubt, "         \
    "coalesce(c.expires_at <= tocsin.now(), false) as expired, coalesce(c.due_at <= tocsin.now(), false) " \
    "as was_due"

// What has been due the longest comes first; a lease that has run out is free again. Doubtful from here on
// until the end is written.
constexpr db::statement claim_all_due{
    "claim_due_credentials",
    "with before as ("
    "    select c.organization_id, c.integration_id, c.in_doubt from tocsin.credentials c"
    "      join tocsin.integrations of on of.organization_id = c.organization_id and of.integration_id = "
    "c.integration_id"
    "     where c.due_at <= tocsin.now() and (c.lease_until is null or c.lease_until < tocsin.now())"
    "       and of.mode = any($4::text[]) and of.status <> 'pending' and of.sentry_host = $5"
    "     order by c.due_at limit $3 for update of c skip locked) "
    "update tocsin.credentials c"
    "   set fence = c.fence + 1, lease_owner = $1, in_doubt = true,"
    "       lease_until = tocsin.now() + $2::bigint * interval '1 millisecond'"
    "  from before, tocsin.integrations i"
    " where c.organization_id = before.organization_id and c.integration_id = before.integration_id"
    "   and i.organization_id = c.organization_id and i.integration_id = c.integration_id"
    " returning" TOCSIN_LEASED_COLUMNS
};

constexpr db::statement claim_named{
    "claim_credential",
    "with before as ("
    "    select c.organization_id, c.integration_id, c.in_doubt from tocsin.credentials c"
    "     where c.organization_id = $3 and c.integration_id = $4"
    "       and (c.lease_until is null or c.lease_until < tocsin.now())"
    "       and ($5::timestamptz is null or c.refreshed_at = $5) for update) "
    "update tocsin.credentials c"
    "   set fence = c.fence + 1, lease_owner = $1, in_doubt = true,"
    "       lease_until = tocsin.now() + $2::bigint * interval '1 millisecond'"
    "  from before, tocsin.integrations i"
    " where c.organization_id = before.organization_id and c.integration_id = before.integration_id"
    "   and i.organization_id = c.organization_id and i.integration_id = c.integration_id and i.status <> "
    "'pending'"
    " returning" TOCSIN_LEASED_COLUMNS
};

#undef TOCSIN_LEASED_COLUMNS

constexpr db::statement credential_exists{
    "credential_exists",
    "select 1 as found from tocsin.credentials where organization_id = $1 and integration_id = $2"
};

constexpr db::statement leased{
    "credential_is_leased",
    R"(select 1 as leased from tocsin.credentials
        where organization_id = $1 and integration_id = $2 and lease_until > tocsin.now())"
};

constexpr db::statement insert_attempt{
    "insert_refresh_attempt",
    R"(insert into tocsin.refresh_attempts (organization_id, integration_id, attempt_id, fence, trigger) values ($1, $2, $3, $4, $5))"
};

// An attempt that a crash or a lost database left open is over once its lease is: the next one says so.
constexpr db::statement end_lost_attempts{
    "end_lost_refresh_attempts",
    R"(update tocsin.refresh_attempts set finished_at = tocsin.now(), outcome = 'lost', detail = 'it was cut off'
        where organization_id = $1 and integration_id = $2 and finished_at is null)"
};

// An answer without a refresh token keeps the old one. Of the bytes the one that may be null comes first.
constexpr db::statement write_tokens{
    "write_renewed_tokens",
    R"(update tocsin.credentials
          set refresh_token_sealed = coalesce($6::bytea, refresh_token_sealed), access_token_sealed = $7,
              expires_at = tocsin.now() + $4::bigint * interval '1 millisecond', due_at = tocsin.now() + $5::bigint * interval '1 millisecond',
              issued_at = tocsin.now(), refreshed_at = tocsin.now(), lease_owner = null, lease_until = null,
              failed_attempts = 0, last_error = null, in_doubt = false
        where organization_id = $1 and integration_id = $2 and fence = $3)"
};

constexpr db::statement write_failure{
    "write_failed_renewal",
    R"(update tocsin.credentials
          set due_at = tocsin.now() + $4::bigint * interval '1 millisecond', lease_owner = null, lease_until = null,
              failed_attempts = $5, last_error = $6, in_doubt = $7
        where organization_id = $1 and integration_id = $2 and fence = $3)"
};

constexpr db::statement set_scopes{
    "set_integration_scopes",
    R"(update tocsin.integrations set scopes = $3::text[]
        where organization_id = $1 and integration_id = $2 and scopes is distinct from $3::text[])"
};

constexpr db::statement finish_attempt{
    "finish_refresh_attempt",
    R"(update tocsin.refresh_attempts
          set finished_at = tocsin.now(), outcome = $4, http_status = $5, detail = $6,
              next_at = tocsin.now() + $7::bigint * interval '1 millisecond'
        where organization_id = $1 and integration_id = $2 and attempt_id = $3)"
};

// One success answers the question, and the newest attempts are looked at first: only where nothing works are
// all counted.
constexpr db::statement tally{
    "tally_refresh_attempts",
    R"(with recent as not materialized (
           select a.organization_id, a.integration_id, a.outcome, a.finished_at
             from tocsin.refresh_attempts a
             join tocsin.integrations i on i.organization_id = a.organization_id and i.integration_id = a.integration_id
            where a.finished_at > tocsin.now() - $3::bigint * interval '1 millisecond'
              and i.sentry_host = $1 and a.integration_id <> $2),
       renewed as (
           select finished_at from recent where outcome = 'refreshed' order by finished_at desc limit 1)
       select exists (select from renewed) as renewed, count(distinct (organization_id, integration_id)) as failed
         from recent
        where not exists (select from renewed) and outcome in ('refused', 'transient', 'rate_limited', 'lost'))"
};

constexpr db::statement find_untold{
    "find_untold_installations",
    R"(select i.organization_id, i.integration_id, i.installation_id, c.access_token_sealed
         from tocsin.integrations i
         join tocsin.credentials c on c.organization_id = i.organization_id and c.integration_id = i.integration_id
        where i.mode = 'public' and i.status = 'connected' and i.told_installed_at is null and i.sentry_host = $2
          and i.status_since < tocsin.now() - interval '5 seconds'
        order by random() limit $1)"
};

constexpr db::statement set_told{
    "set_told_installed",
    R"(update tocsin.integrations set told_installed_at = tocsin.now()
        where organization_id = $1 and integration_id = $2)"
};

leased_credential read(db::row const& row) {
    return {
        .organization = row.get<organization_id>("organization_id"),
        .integration = row.get<integration_id>("integration_id"),
        .mode = known(parse_mode(row.text("mode")), "mode"),
        .sentry_host = row.text("sentry_host"),
        .sentry_org_slug = row.get<std::optional<std::string>>("sentry_org_slug").value_or(""),
        .installation = row.get<std::optional<uuid>>("installation_id"),
        .access_token_sealed = row.get<byte_string>("access_token_sealed"),
        .refresh_token_sealed = row.get<std::optional<byte_string>>("refresh_token_sealed"),
        .scopes = row.get<std::vector<std::string>>("scopes"),
        .fence = row.get<std::int64_t>("fence"),
        .failed_attempts = row.get<int>("failed_attempts"),
        .expired = row.get<bool>("expired"),
        .was_due = row.get<bool>("was_due"),
        .in_doubt = row.get<bool>("in_doubt"),
        .attempt = crypto::uuid_v4()
    };
}

void write_attempt(db::transaction& tx, leased_credential const& lease, std::string_view trigger) {
    tx.run(end_lost_attempts, lease.organization, lease.integration);
    tx.run(insert_attempt, lease.organization, lease.integration, lease.attempt, lease.fence, trigger);
}

bool superseded(db::transaction& tx, leased_credential const& lease) {
    tx.run(
        finish_attempt,
        lease.organization,
        lease.integration,
        lease.attempt,
        "superseded",
        nullptr,
        "another renewal, a reconnect or a disconnect came first",
        nullptr
    );
    return false;
}

}  // namespace

std::vector<leased_credential> claim_due(
    db::transaction& tx,
    uuid const& owner,
    std::chrono::milliseconds lease,
    int limit,
    std::vector<std::string> const& modes,
    std::string const& sentry_host
) {
    std::vector<leased_credential> claimed;
    for (auto const row : tx.run(claim_all_due, owner, lease, limit, modes, sentry_host))
        claimed.push_back(read(row));
    for (auto const& one : claimed) write_attempt(tx, one, "schedule");
    return claimed;
}

result<std::optional<leased_credential>> claim_one(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    uuid const& owner,
    std::chrono::milliseconds lease,
    std::string_view trigger,
    std::optional<timestamp> rejected
) {
    auto const row = tx.run(claim_named, owner, lease, org, id, rejected).first();
    if (row) {
        auto const claimed = read(*row);
        write_attempt(tx, claimed, trigger);
        return std::optional(claimed);
    }
    if (tx.run(credential_exists, org, id).empty())
        return error{errc::conflict, "This integration has no access to Sentry to renew: connect it first."};
    return std::optional<leased_credential>();
}

bool is_leased(db::transaction& tx, organization_id org, integration_id id) {
    return !tx.run(leased, org, id).empty();
}

bool store_renewed(
    db::transaction& tx,
    leased_credential const& lease,
    sealed_credential const& fresh,
    std::vector<std::string> const& scopes
) {
    auto const written = tx.run(
        write_tokens,
        lease.organization,
        lease.integration,
        lease.fence,
        fresh.life,
        fresh.renew_after,
        fresh.refresh_token,
        fresh.access_token
    );
    if (written.affected() == 0) return superseded(tx, lease);
    transition_status(
        tx, lease.organization, lease.integration, {status::connected, reason::ok}, transition_cause::refresh
    );
    tx.run(set_scopes, lease.organization, lease.integration, scopes);
    tx.run(
        finish_attempt,
        lease.organization,
        lease.integration,
        lease.attempt,
        "refreshed",
        nullptr,
        nullptr,
        fresh.renew_after
    );
    return true;
}

bool store_failed(db::transaction& tx, leased_credential const& lease, failed_renewal const& what) {
    auto const next = what.verdict.next_in;
    auto const written = tx.run(
        write_failure,
        lease.organization,
        lease.integration,
        lease.fence,
        next,
        what.verdict.failed_attempts,
        what.detail,
        what.in_doubt
    );
    if (written.affected() == 0) return superseded(tx, lease);
    transition_status(
        tx,
        lease.organization,
        lease.integration,
        {what.verdict.status, what.verdict.reason},
        transition_cause::refresh
    );
    auto const answered = what.http_status == 0 ? std::nullopt : std::optional(what.http_status);
    tx.run(
        finish_attempt,
        lease.organization,
        lease.integration,
        lease.attempt,
        what.outcome,
        answered,
        what.detail,
        next
    );
    return true;
}

host_tally tally_of(db::transaction& tx, std::string const& sentry_host, integration_id except) {
    auto const row = tx.run(tally, sentry_host, except, std::chrono::milliseconds(host_window))[0];
    int const failed = row.get<int>("failed");
    return {.tried = failed, .failed = failed, .renewed = row.get<bool>("renewed") ? 1 : 0};
}

std::vector<untold_installation> untold_installations(
    db::transaction& tx, std::string const& sentry_host, int limit
) {
    std::vector<untold_installation> found;
    for (auto const row : tx.run(find_untold, limit, sentry_host))
        found.push_back(
            {row.get<organization_id>("organization_id"),
             row.get<integration_id>("integration_id"),
             row.get<uuid>("installation_id"),
             row.get<byte_string>("access_token_sealed")}
        );
    return found;
}

void store_told_installed(db::transaction& tx, organization_id org, integration_id id) {
    tx.run(set_told, org, id);
}

}  // namespace tocsin::integrations
