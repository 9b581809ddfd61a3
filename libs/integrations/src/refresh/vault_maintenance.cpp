#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/vault_maintenance.hpp>
#include <tocsin/integrations/webhook_keys.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::integrations {

namespace {

constexpr std::int64_t page_size = 200;

constexpr db::statement next_credentials{
    "next_sealed_credentials",
    R"(select organization_id, integration_id, access_token_sealed, refresh_token_sealed
         from tocsin.credentials
        where $1::uuid is null or (organization_id, integration_id) > ($1::uuid, $2::uuid)
        order by organization_id, integration_id limit $3)"
};

// Only if it has not changed since it was read: it may have been refreshed.
constexpr db::statement reseal{
    "reseal_credential",
    R"(update tocsin.credentials
          set access_token_sealed = $3, refresh_token_sealed = nullif($4::bytea, ''::bytea)
        where organization_id = $1 and integration_id = $2 and access_token_sealed = $5::bytea)"
};

constexpr db::statement all_webhook_secrets{
    "all_webhook_secrets",
    "select organization_id, integration_id, secret_sealed, previous_sealed from tocsin.webhook_secrets"
};

constexpr db::statement reseal_webhook_secret{
    "reseal_webhook_secret",
    R"(update tocsin.webhook_secrets
          set previous_sealed = nullif($3::bytea, ''::bytea), secret_sealed = $4
        where organization_id = $1 and integration_id = $2 and secret_sealed = $5::bytea)"
};

constexpr db::statement find_check{
    "find_vault_check", "select check_sealed from tocsin.vault_keys where key_id = $1"
};

constexpr db::statement insert_check{
    "insert_vault_check",
    "insert into tocsin.vault_keys (key_id, check_sealed) values ($1, $2) on conflict do nothing"
};

constexpr db::statement needed_keys{
    "needed_vault_keys", "select key_id from tocsin.needed_vault_keys() as key_id"
};

/// The value that is sealed with each key, so that another key with the same id is noticed.
constexpr std::string_view check_text = "tocsin";

crypto::vault_place check_place(std::string_view key_id) {
    return {.table = "vault_keys", .column = "check", .organization = "", .row = std::string(key_id)};
}

struct sealed_tokens {
    organization_id organization;
    integration_id integration;
    byte_string access_token;
    std::optional<byte_string> refresh_token;
};

async::task<std::vector<sealed_tokens>> next_page(db::pool& pool, std::optional<sealed_tokens> last) {
    auto const org = last ? std::optional(last->organization) : std::nullopt;
    auto const id = last ? std::optional(last->integration) : std::nullopt;
    return pool.transact(db::no_tenant, [org, id](db::transaction& tx) {
        std::vector<sealed_tokens> page;
        for (auto const row : tx.run(next_credentials, org, id, page_size))
            page.push_back(
                {row.get<organization_id>("organization_id"),
                 row.get<integration_id>("integration_id"),
                 row.get<byte_string>("access_token_sealed"),
                 row.get<std::optional<byte_string>>("refresh_token_sealed")}
            );
        return page;
    });
}

struct sealed_webhook_secret {
    organization_id organization;
    integration_id integration;
    byte_string current;
    std::optional<byte_string> previous;
};

async::task<std::vector<sealed_webhook_secret>> list_webhook_secrets(db::pool& pool) {
    return pool.transact(db::no_tenant, [](db::transaction& tx) {
        std::vector<sealed_webhook_secret> all;
        for (auto const row : tx.run(all_webhook_secrets))
            all.push_back(
                {row.get<organization_id>("organization_id"),
                 row.get<integration_id>("integration_id"),
                 row.get<byte_string>("secret_sealed"),
                 row.get<std::optional<byte_string>>("previous_sealed")}
            );
        return all;
    });
}

async::task<> rotate_webhook_secrets(db::pool& pool, crypto::vault const& vault, rotation& total) {
    auto const is_old = [&](byte_view blob) { return crypto::vault::key_id(blob) != vault.sealing_key_id(); };
    for (auto const& row : co_await list_webhook_secrets(pool)) {
        if (!is_old(row.current) && !(row.previous && is_old(*row.previous))) continue;
        auto const current = rewrap_webhook_secret(vault, row.organization, row.integration, row.current);
        auto const previous =
            row.previous ? rewrap_webhook_secret(vault, row.organization, row.integration, *row.previous)
                         : result<byte_string>(byte_string());
        if (!current || !previous) {
            ++total.failed;
            continue;
        }
        co_await pool.transact(
            db::no_tenant,
            [row, fresh = *current, before = *previous](db::transaction& tx) {
                tx.run(reseal_webhook_secret, row.organization, row.integration, before, fresh, row.current);
            }
        );
        ++total.resealed;
    }
}

bool is_current(crypto::vault const& vault, sealed_tokens const& tokens) {
    auto const current = [&](byte_view blob) {
        return crypto::vault::key_id(blob) == vault.sealing_key_id();
    };
    return current(tokens.access_token) && (!tokens.refresh_token || current(*tokens.refresh_token));
}

}  // namespace

void vault_state::count(crypto::vault const& vault, byte_view sealed, result<secret> const& opened) {
    std::string const key(crypto::vault::key_id(sealed));
    ++values;
    if (key == vault.sealing_key_id()) ++under_first_key;
    if (opened) return;
    // A damaged value may have no key id.
    if (key.empty() || vault.has_key(key))
        ++unopenable;
    else
        missing_keys.insert(key);
}

async::task<vault_state> inspect_vault(db::pool& pool, crypto::vault const& vault) {
    vault_state state;
    std::optional<sealed_tokens> last;
    for (;;) {
        auto rows = co_await next_page(pool, last);
        if (rows.empty()) break;
        for (auto const& row : rows) {
            auto const& [org, id, access, refresh] = row;
            state.count(vault, access, open_access_token(vault, org, id, access));
            if (refresh) state.count(vault, *refresh, open_refresh_token(vault, org, id, *refresh));
        }
        last = std::move(rows.back());
    }
    for (auto const& row : co_await list_webhook_secrets(pool)) {
        auto const& [org, id, current, previous] = row;
        state.count(vault, current, open_webhook_secret(vault, org, id, current));
        if (previous) state.count(vault, *previous, open_webhook_secret(vault, org, id, *previous));
    }
    co_return state;
}

async::task<rotation> rotate_keys(db::pool& pool, crypto::vault const& vault) {
    rotation total;
    std::optional<sealed_tokens> last;
    for (;;) {
        auto rows = co_await next_page(pool, last);
        if (rows.empty()) break;
        for (auto const& row : rows) {
            if (is_current(vault, row)) continue;
            auto const fresh =
                rewrap(vault, row.organization, row.integration, row.access_token, row.refresh_token);
            if (!fresh) {
                ++total.failed;
                continue;
            }
            auto const refresh = fresh->second.value_or(byte_string());
            co_await pool.transact(db::no_tenant, [row, access = fresh->first, refresh](db::transaction& tx) {
                tx.run(reseal, row.organization, row.integration, access, refresh, row.access_token);
            });
            ++total.resealed;
        }
        last = std::move(rows.back());
    }
    co_await rotate_webhook_secrets(pool, vault, total);
    co_return total;
}

async::task<result<void>> check_vault(db::pool& pool, crypto::vault const& vault) {
    std::string const key(vault.sealing_key_id());
    auto const sealed = vault.seal(secret(std::string(check_text)), check_place(key));
    auto const stored = co_await pool.transact(db::no_tenant, [key, sealed](db::transaction& tx) {
        tx.run(insert_check, key, sealed);
        return tx.run(find_check, key)[0].get<byte_string>("check_sealed");
    });
    auto const opened = vault.open(stored, check_place(key));
    if (!opened || opened->reveal() != check_text)
        co_return error{
            errc::invalid,
            "TOCSIN_VAULT_KEYS: the key \"" + key +
                "\" differs from the key that this database has used under that name. Restore the right key, or give the new one a new name."
        };
    co_return result<void>{};
}

async::task<std::set<std::string>> find_needed_keys(db::pool& pool) {
    return pool.transact(db::no_tenant, [](db::transaction& tx) {
        std::set<std::string> needed;
        for (auto const row : tx.run(needed_keys)) needed.insert(row.text("key_id"));
        return needed;
    });
}

async::task<std::set<std::string>> find_missing_keys(db::pool& pool, crypto::vault const& vault) {
    auto missing = co_await find_needed_keys(pool);
    std::erase_if(missing, [&](std::string const& id) { return vault.has_key(id); });
    co_return missing;
}

}  // namespace tocsin::integrations
