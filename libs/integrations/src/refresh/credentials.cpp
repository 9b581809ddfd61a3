#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/sentry_host.hpp>

namespace tocsin::integrations {

namespace {

crypto::vault_place place_of(std::string_view column, organization_id org, integration_id id) {
    return {.table = "credentials", .column = column, .organization = org.str(), .row = id.str()};
}

// libpqxx: of the binary parameters, the one that may be NULL comes first.
constexpr db::statement put{
    "put_credential",
    R"(insert into tocsin.credentials (organization_id, integration_id, expires_at, due_at, issued_at, refreshed_at,
                                       refresh_token_sealed, access_token_sealed)
       values ($1, $2, tocsin.now() + $3::bigint * interval '1 millisecond', tocsin.now() + $4::bigint * interval '1 millisecond',
               tocsin.now(), tocsin.now(), $5, $6)
       on conflict (organization_id, integration_id) do update
          set access_token_sealed = excluded.access_token_sealed, refresh_token_sealed = excluded.refresh_token_sealed,
              issued_at = excluded.issued_at, expires_at = excluded.expires_at, refreshed_at = excluded.refreshed_at,
              due_at = excluded.due_at, lease_owner = null, lease_until = null, fence = credentials.fence + 1,
              failed_attempts = 0, last_error = null, in_doubt = false)"
};

constexpr db::statement find_access_token{
    "find_access_token",
    R"(select c.access_token_sealed, c.refreshed_at
         from tocsin.credentials c
         join tocsin.integrations i on i.organization_id = c.organization_id and i.integration_id = c.integration_id
        where c.organization_id = $1 and c.integration_id = $2 and i.status <> 'pending')"
};

constexpr db::statement find_access{
    "find_stored_access",
    R"(select i.sentry_host, coalesce(i.sentry_org_id, '') as sentry_org_id, c.access_token_sealed, c.refreshed_at
         from tocsin.integrations i
         left join tocsin.credentials c on c.organization_id = i.organization_id and c.integration_id = i.integration_id
                                       and i.status <> 'pending'
        where i.organization_id = $1 and i.integration_id = $2)"
};

error no_access() {
    return {errc::conflict, "This integration has no access to Sentry: connect it first."};
}

}  // namespace

sealed_credential seal(
    crypto::vault const& vault,
    organization_id org,
    integration_id id,
    sentry::token_set const& tokens,
    refresh_policy const& policy,
    timestamp now
) {
    sealed_credential sealed;
    sealed.access_token = vault.seal(tokens.access_token, place_of("access_token", org, id));
    if (tokens.refresh_token)
        sealed.refresh_token = vault.seal(*tokens.refresh_token, place_of("refresh_token", org, id));
    if (tokens.expires_at) {
        sealed.life = std::chrono::duration_cast<std::chrono::milliseconds>(*tokens.expires_at - now);
        sealed.refresh_in = refresh_delay(policy, *sealed.life, crypto::random_u64());
    }
    return sealed;
}

result<secret> open_access_token(
    crypto::vault const& vault, organization_id org, integration_id id, byte_view sealed
) {
    return vault.open(sealed, place_of("access_token", org, id));
}

result<secret> open_refresh_token(
    crypto::vault const& vault, organization_id org, integration_id id, byte_view sealed
) {
    return vault.open(sealed, place_of("refresh_token", org, id));
}

result<std::pair<byte_string, std::optional<byte_string>>> rewrap(
    crypto::vault const& vault,
    organization_id org,
    integration_id id,
    byte_view access,
    std::optional<byte_string> const& refresh
) {
    auto fresh_access = vault.rewrap(access, place_of("access_token", org, id));
    if (!fresh_access) return fresh_access.error();
    std::pair<byte_string, std::optional<byte_string>> fresh{std::move(*fresh_access), std::nullopt};
    if (!refresh) return fresh;
    auto fresh_refresh = vault.rewrap(*refresh, place_of("refresh_token", org, id));
    if (!fresh_refresh) return fresh_refresh.error();
    fresh.second = std::move(*fresh_refresh);
    return fresh;
}

void put_credential(
    db::transaction& tx, organization_id org, integration_id id, sealed_credential const& credential
) {
    tx.run(
        put,
        org,
        id,
        credential.life,
        credential.refresh_in,
        credential.refresh_token,
        credential.access_token
    );
}

result<stored_token> stored_access_token(db::transaction& tx, organization_id org, integration_id id) {
    auto const row = tx.run(find_access_token, org, id).first();
    if (!row) return no_access();
    return stored_token{
        row->get<byte_string>("access_token_sealed"), row->get<std::optional<timestamp>>("refreshed_at")
    };
}

result<stored_access> find_stored_access(
    db::transaction& tx, organization_id org, integration_id id, config::base_url const& configured
) {
    auto const row = tx.run(find_access, org, id).first();
    if (!row) return error{errc::not_found, "There is no such integration."};
    if (auto const mismatch = sentry_host_mismatch(row->text("sentry_host"), configured)) return *mismatch;
    auto sealed = row->get<std::optional<byte_string>>("access_token_sealed");
    if (!sealed) return no_access();
    return stored_access{
        row->text("sentry_org_id"), {std::move(*sealed), row->get<std::optional<timestamp>>("refreshed_at")}
    };
}

}  // namespace tocsin::integrations
