#include "refresh/refresh_store.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/db/columns.hpp>
#include <tocsin/integrations/status_store.hpp>

namespace tocsin::integrations {

namespace {

constexpr auto leased_credential_columns = db::columns<leased_credential>(
    db::column("organization_id", &leased_credential::organization),
    db::column("integration_id", &leased_credential::integration),
    db::column("access_token_sealed", &leased_credential::access_token_sealed),
    db::column("refresh_token_sealed", &leased_credential::refresh_token_sealed),
    db::column("fence", &leased_credential::fence),
    db::column("failed_attempts", &leased_credential::failed_attempts)
);
constexpr auto leased_integration_columns = db::columns<leased_credential>(
    db::column("mode", &leased_credential::mode, parse_mode),
    db::column("sentry_host", &leased_credential::sentry_host),
    db::column("sentry_org_id", &leased_credential::sentry_org_id, db::empty_is_null),
    db::column("installation_id", &leased_credential::installation),
    db::column("scopes", &leased_credential::scopes)
);
constexpr auto lease_state_columns = db::columns<leased_credential>(
    db::column("in_doubt", &leased_credential::in_doubt),
    db::column("expired", &leased_credential::expired),
    db::column("was_due", &leased_credential::was_due)
);
constexpr auto leased_columns = db::columns<leased_credential>(
    leased_credential_columns, leased_integration_columns, lease_state_columns
);

// The credential is in doubt from here on until the outcome is stored.
constexpr auto lease_selected = R"(
    update tocsin.credentials c
       set fence = c.fence + 1, lease_owner = $1, in_doubt = true, lease_until = tocsin.now() + $2::bigint * interval '1 millisecond'
      from selected, tocsin.integrations i
     where c.organization_id = selected.organization_id and c.integration_id = selected.integration_id
       and i.organization_id = c.organization_id and i.integration_id = c.integration_id and i.status <> 'pending'
    returning selected.in_doubt, coalesce(c.expires_at <= tocsin.now(), false) as expired, coalesce(c.due_at <= tocsin.now(), false) as was_due, )" +
                                names(leased_credential_columns, "c") + ", " +
                                names(leased_integration_columns, "i");

// An expired lease is free.
constexpr auto claim_due_text = R"(
    with selected as (
        select c.organization_id, c.integration_id, c.in_doubt from tocsin.credentials c
          join tocsin.integrations i on i.organization_id = c.organization_id and i.integration_id = c.integration_id
         where c.due_at <= tocsin.now() and (c.lease_until is null or c.lease_until < tocsin.now())
           and i.mode = any($4::text[]) and i.status <> 'pending' and i.sentry_host = $5
         order by c.due_at limit $3 for update of c skip locked))" +
                                lease_selected;
constexpr db::statement claim_due{"claim_due_credentials", claim_due_text.c_str()};

// A token that came from a rejected call and is rejected again is not replaced once more: another one would
// not help, either.
constexpr auto claim_one_text = R"(
    with selected as (
        select c.organization_id, c.integration_id, c.in_doubt from tocsin.credentials c
         where c.organization_id = $3 and c.integration_id = $4
           and (c.lease_until is null or c.lease_until < tocsin.now())
           and ($5::timestamptz is null
                or c.refreshed_at = $5
               and not (c.refreshed_at > tocsin.now() - interval '10 minutes'
                        and exists (select from tocsin.refresh_attempts a
                                     where a.organization_id = c.organization_id and a.integration_id = c.integration_id
                                       and a.trigger = 'use' and a.outcome = 'refreshed' and a.finished_at = c.refreshed_at)))
           for update))" + lease_selected;
constexpr db::statement claim_one{"claim_credential", claim_one_text.c_str()};

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

// An attempt that a crash or a lost database left open ends with its lease. The next attempt records this.
constexpr db::statement finish_lost_attempts{
    "finish_lost_refresh_attempts",
    R"(update tocsin.refresh_attempts set finished_at = tocsin.now(), outcome = $3, detail = 'interrupted'
        where organization_id = $1 and integration_id = $2 and finished_at is null)"
};

// A response without a refresh token keeps the stored one.
constexpr db::statement write_tokens{
    "write_refreshed_tokens",
    R"(update tocsin.credentials
          set refresh_token_sealed = coalesce($6::bytea, refresh_token_sealed), access_token_sealed = $7,
              expires_at = tocsin.now() + $4::bigint * interval '1 millisecond', due_at = tocsin.now() + $5::bigint * interval '1 millisecond',
              issued_at = tocsin.now(), refreshed_at = tocsin.now(), lease_owner = null, lease_until = null,
              failed_attempts = 0, last_error = null, in_doubt = false
        where organization_id = $1 and integration_id = $2 and fence = $3)"
};

constexpr db::statement write_failure{
    "write_failed_refresh",
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

// One success decides, and the latest attempts are read first. Only if nothing works are all counted.
constexpr db::statement tally{
    "tally_refresh_attempts",
    R"(with recent as not materialized (
           select a.organization_id, a.integration_id, a.outcome, a.finished_at
             from tocsin.refresh_attempts a
             join tocsin.integrations i on i.organization_id = a.organization_id and i.integration_id = a.integration_id
            where a.finished_at > tocsin.now() - $2::bigint * interval '1 millisecond' and i.sentry_host = $1),
       refreshed as (
           select finished_at from recent where outcome = 'refreshed' order by finished_at desc limit 1)
       select exists (select from refreshed) as refreshed, count(distinct (organization_id, integration_id)) as failed
         from recent
        where not exists (select from refreshed) and outcome <> 'superseded')"
};

// Since the first failure after the newest tokens. A success of another mode proves nothing about our client
// of this mode, and a connect proves as much as a refresh. Failures shortly before that count, too: the first
// integration that fails is not the only one with a fault. Within a day, most of the others have been tried.
constexpr db::statement tally_streak{
    "tally_refresh_attempts_of_streak",
    R"(with streak as (
           select coalesce(min(a.finished_at), tocsin.now()) as began
             from tocsin.credentials c
             left join tocsin.refresh_attempts a on a.organization_id = c.organization_id and a.integration_id = c.integration_id
                                                and a.finished_at > c.issued_at and a.outcome not in ('refreshed', 'superseded')
            where c.organization_id = $1 and c.integration_id = $2),
       others as (
           select i.organization_id, i.integration_id, i.mode, c.issued_at
             from tocsin.integrations i
             join tocsin.credentials c on c.organization_id = i.organization_id and c.integration_id = i.integration_id
            where i.sentry_host = $3 and i.integration_id <> $2 and i.status in ('connected', 'degraded')),
       refreshed as (
           select 1 from others, streak where others.mode = $4 and others.issued_at > streak.began limit 1),
       failed as (
           select distinct a.organization_id, a.integration_id, a.finished_at >= streak.began as within_streak
             from streak, tocsin.refresh_attempts a
             join others on others.organization_id = a.organization_id and others.integration_id = a.integration_id
            where not exists (select from refreshed) and a.outcome not in ('refreshed', 'superseded')
              and a.finished_at > least(streak.began, tocsin.now() - $5::bigint * interval '1 millisecond'))
       select exists (select from refreshed) as refreshed,
              (select count(distinct (organization_id, integration_id)) from failed) as failed,
              (select count(*) from others, streak
                where others.mode = $4 and others.issued_at <= streak.began and streak.began > tocsin.now() - interval '1 day'
                  and not exists (select from failed f
                                   where f.organization_id = others.organization_id and f.integration_id = others.integration_id
                                     and f.within_streak)) as untried)"
};

// The connect that is under way confirms the installation itself, hence the delay.
constexpr db::statement find_unconfirmed{
    "find_unconfirmed_installations",
    R"(select i.organization_id, i.integration_id, i.installation_id, c.access_token_sealed
         from tocsin.integrations i
         join tocsin.credentials c on c.organization_id = i.organization_id and c.integration_id = i.integration_id
        where i.mode = 'public' and i.status = 'connected' and i.install_confirmed_at is null and i.sentry_host = $2
          and i.status_since < tocsin.now() - interval '5 seconds'
        order by random() limit $1)"
};

constexpr db::statement set_install_confirmed{
    "set_install_confirmed",
    R"(update tocsin.integrations set install_confirmed_at = tocsin.now()
        where organization_id = $1 and integration_id = $2)"
};

leased_credential read(db::row const& row) {
    auto lease = db::read(row, leased_columns);
    lease.attempt = crypto::uuid_v4();
    return lease;
}

void start_attempt(db::transaction& tx, leased_credential const& lease, refresh_trigger trigger) {
    tx.run(finish_lost_attempts, lease.organization, lease.integration, refresh_outcome::lost);
    tx.run(insert_attempt, lease.organization, lease.integration, lease.attempt, lease.fence, trigger);
}

void finish_superseded(db::transaction& tx, leased_credential const& lease) {
    tx.run(
        finish_attempt,
        lease.organization,
        lease.integration,
        lease.attempt,
        refresh_outcome::superseded,
        nullptr,
        "another refresh, a reconnect, or a disconnect came first",
        nullptr
    );
}

}  // namespace

std::vector<leased_credential> claim_due_credentials(
    db::transaction& tx,
    lease_request const& lease,
    int limit,
    std::vector<std::string> const& modes,
    std::string const& sentry_host
) {
    std::vector<leased_credential> claimed;
    for (auto const row : tx.run(claim_due, lease.owner, lease.length, limit, modes, sentry_host))
        claimed.push_back(read(row));
    for (auto const& each : claimed) start_attempt(tx, each, refresh_trigger::schedule);
    return claimed;
}

result<std::optional<leased_credential>> claim_credential(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    lease_request const& lease,
    refresh_trigger trigger,
    std::optional<timestamp> rejected
) {
    if (auto const row = tx.run(claim_one, lease.owner, lease.length, org, id, rejected).first()) {
        auto const claimed = read(*row);
        start_attempt(tx, claimed, trigger);
        return std::optional(claimed);
    }
    if (tx.run(credential_exists, org, id).empty())
        return error{
            errc::conflict, "This integration has no access to Sentry to refresh: connect it first."
        };
    return std::optional<leased_credential>();
}

bool is_leased(db::transaction& tx, organization_id org, integration_id id) {
    return !tx.run(leased, org, id).empty();
}

bool store_refreshed(
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
        fresh.refresh_in,
        fresh.refresh_token,
        fresh.access_token
    );
    if (written.affected() == 0) {
        finish_superseded(tx, lease);
        return false;
    }
    transition_status(
        tx, lease.organization, lease.integration, {status::connected, reason::ok}, transition_cause::refresh
    );
    tx.run(set_scopes, lease.organization, lease.integration, scopes);
    tx.run(
        finish_attempt,
        lease.organization,
        lease.integration,
        lease.attempt,
        refresh_outcome::refreshed,
        nullptr,
        nullptr,
        fresh.refresh_in
    );
    return true;
}

bool store_failed(db::transaction& tx, leased_credential const& lease, failed_refresh const& failure) {
    auto const& verdict = failure.verdict;
    auto const written = tx.run(
        write_failure,
        lease.organization,
        lease.integration,
        lease.fence,
        verdict.next_in,
        verdict.failed_attempts,
        failure.detail,
        failure.in_doubt
    );
    if (written.affected() == 0) {
        finish_superseded(tx, lease);
        return false;
    }
    transition_status(
        tx, lease.organization, lease.integration, {verdict.status, verdict.reason}, transition_cause::refresh
    );
    tx.run(
        finish_attempt,
        lease.organization,
        lease.integration,
        lease.attempt,
        failure.outcome,
        failure.http_status == 0 ? std::nullopt : std::optional(failure.http_status),
        failure.detail,
        verdict.next_in
    );
    return true;
}

host_tally tally_of(db::transaction& tx, std::string const& sentry_host) {
    auto const row = tx.run(tally, sentry_host, std::chrono::milliseconds(host_window))[0];
    int const failed = row.get<int>("failed");
    return {.tried = failed, .failed = failed, .refreshed = row.get<bool>("refreshed") ? 1 : 0};
}

host_tally tally_of_streak(db::transaction& tx, leased_credential const& lease) {
    auto const row = tx.run(
        tally_streak,
        lease.organization,
        lease.integration,
        lease.sentry_host,
        lease.mode,
        std::chrono::milliseconds(host_window)
    )[0];
    int const failed = row.get<int>("failed");
    return {
        .tried = failed,
        .failed = failed,
        .refreshed = row.get<bool>("refreshed") ? 1 : 0,
        .untried = row.get<int>("untried")
    };
}

std::vector<unconfirmed_installation> unconfirmed_installations(
    db::transaction& tx, std::string const& sentry_host, int limit
) {
    std::vector<unconfirmed_installation> all;
    for (auto const row : tx.run(find_unconfirmed, limit, sentry_host))
        all.push_back(
            {row.get<organization_id>("organization_id"),
             row.get<integration_id>("integration_id"),
             row.get<uuid>("installation_id"),
             row.get<byte_string>("access_token_sealed")}
        );
    return all;
}

void store_install_confirmed(db::transaction& tx, organization_id org, integration_id id) {
    tx.run(set_install_confirmed, org, id);
}

}  // namespace tocsin::integrations
