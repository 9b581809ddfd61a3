#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/vault_upkeep.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace tocsin::integrations {

namespace {

constexpr std::int64_t page = 200;

constexpr db::statement next_credentials{
    "next_sealed_credentials",
    R"(select organization_id, integration_id, access_token_sealed, refresh_token_sealed
         from tocsin.credentials
        where $1::uuid is null or (organization_id, integration_id) > ($1::uuid, $2::uuid)
        order by organization_id, integration_id limit $3)"
};

// Only what is still as it was read: a renewal may have come in between.
constexpr db::statement reseal{
    "reseal_credential",
    R"(update tocsin.credentials
          set access_token_sealed = $3, refresh_token_sealed = nullif($4::bytea, ''::bytea)
        where organization_id = $1 and integration_id = $2 and access_token_sealed = $5::bytea)"
};

struct sealed_row {
    organization_id organization;
    integration_id integration;
    byte_string access_token;
    std::optional<byte_string> refresh_token;
};

async::task<std::vector<sealed_row>> rows_after(db::pool& pool, std::optional<sealed_row> last) {
    auto const org = last ? std::optional(last->organization) : std::nullopt;
    auto const id = last ? std::optional(last->integration) : std::nullopt;
    return pool.transact(db::no_tenant, [org, id](db::transaction& tx) {
        std::vector<sealed_row> found;
        for (auto const row : tx.run(next_credentials, org, id, page))
            found.push_back(
                {row.get<organization_id>("organization_id"),
                 row.get<integration_id>("integration_id"),
                 row.get<byte_string>("access_token_sealed"),
                 row.get<std::optional<byte_string>>("refresh_token_sealed")}
            );
        return found;
    });
}

bool is_current(crypto::vault const& vault, sealed_row const& of) {
    auto const current = [&](byte_view blob) {
        return crypto::vault::key_id(blob) == vault.sealing_key_id();
    };
    return current(of.access_token) && (!of.refresh_token || current(*of.refresh_token));
}

}  // namespace

async::task<vault_state> inspect_vault(db::pool& pool, crypto::vault const& vault) {
    vault_state state;
    std::set<std::string> missing;
    std::optional<sealed_row> last;
    for (;;) {
        auto rows = co_await rows_after(pool, last);
        if (rows.empty()) break;
        for (auto const& row : rows) {
            ++state.credentials;
            if (is_current(vault, row)) ++state.under_first_key;
            if (open_access_token(vault, row.organization, row.integration, row.access_token)) continue;
            std::string const key(crypto::vault::key_id(row.access_token));
            if (vault.has_key(key))
                ++state.unopenable;
            else
                missing.insert(key);
        }
        last = std::move(rows.back());
    }
    state.missing_keys.assign(missing.begin(), missing.end());
    co_return state;
}

async::task<rotation> rotate_keys(db::pool& pool, crypto::vault const& vault) {
    rotation done;
    std::optional<sealed_row> last;
    for (;;) {
        auto rows = co_await rows_after(pool, last);
        if (rows.empty()) break;
        for (auto const& row : rows) {
            if (is_current(vault, row)) continue;
            auto const fresh =
                rewrap(vault, row.organization, row.integration, row.access_token, row.refresh_token);
            if (!fresh) {
                ++done.failed;
                continue;
            }
            auto const refresh = fresh->second.value_or(byte_string());
            co_await pool.transact(db::no_tenant, [row, access = fresh->first, refresh](db::transaction& tx) {
                tx.run(reseal, row.organization, row.integration, access, refresh, row.access_token);
            });
            ++done.resealed;
        }
        last = std::move(rows.back());
    }
    co_return done;
}

}  // namespace tocsin::integrations
