#include <tocsin/integrations/webhook_keys.hpp>
#include <tocsin/observe/log.hpp>

namespace tocsin::integrations {

namespace {

constexpr db::statement find_secrets{
    "find_webhook_secrets",
    R"(select organization_id, secret_sealed, case when previous_until > tocsin.now() then previous_sealed end as previous_sealed
         from tocsin.webhook_secrets where integration_id = $1)"
};

constexpr db::statement list_with_secrets{
    "list_integrations_with_webhook_secrets", "select integration_id from tocsin.webhook_secrets"
};

constexpr db::statement put_secret{
    "put_webhook_secret",
    R"(insert into tocsin.webhook_secrets as s (organization_id, integration_id, secret_sealed) values ($1, $2, $3)
       on conflict (organization_id, integration_id) do update
          set previous_sealed = s.secret_sealed, previous_until = tocsin.now() + interval '1 day',
              secret_sealed = excluded.secret_sealed, set_at = tocsin.now())"
};

constexpr db::statement delete_secret{
    "delete_webhook_secret",
    "delete from tocsin.webhook_secrets where organization_id = $1 and integration_id = $2"
};

// The current and the previous secret are sealed for the same place, so that a change does not have to open
// them.
crypto::vault_place place_of(organization_id org, integration_id id) {
    return {.table = "webhook_secrets", .column = "secret", .organization = org.str(), .row = id.str()};
}

struct sealed_secrets {
    organization_id organization;
    byte_string current;
    std::optional<byte_string> previous;
};

}  // namespace

async::task<std::optional<webhook_keys>> find_webhook_keys(
    db::pool& pool, crypto::vault const& vault, integration_id id
) {
    auto const stored =
        co_await pool.transact(db::no_tenant, [id](db::transaction& tx) -> std::optional<sealed_secrets> {
            auto const row = tx.run(find_secrets, id).first();
            if (!row) return std::nullopt;
            return sealed_secrets{
                row->get<organization_id>("organization_id"),
                row->get<byte_string>("secret_sealed"),
                row->get<std::optional<byte_string>>("previous_sealed")
            };
        });
    if (!stored) co_return std::nullopt;
    webhook_keys keys{stored->organization, {}};
    auto const add = [&](char const* name, byte_view sealed) {
        auto opened = open_webhook_secret(vault, stored->organization, id, sealed);
        if (opened)
            keys.keys.push_back({name, std::move(*opened)});
        else
            observe::log_error(
                "cannot open webhook secret", {{"integration", id.str()}, {"why", opened.error().detail}}
            );
    };
    add("own", stored->current);
    if (stored->previous) add("own previous", *stored->previous);
    if (keys.keys.empty()) co_return std::nullopt;
    co_return keys;
}

async::task<std::vector<integration_id>> list_integrations_with_webhook_keys(db::pool& pool) {
    return pool.transact(db::no_tenant, [](db::transaction& tx) {
        std::vector<integration_id> all;
        for (auto const row : tx.run(list_with_secrets))
            all.push_back(row.get<integration_id>("integration_id"));
        return all;
    });
}

byte_string seal_webhook_secret(
    crypto::vault const& vault, organization_id org, integration_id id, secret const& plain
) {
    return vault.seal(plain, place_of(org, id));
}

result<secret> open_webhook_secret(
    crypto::vault const& vault, organization_id org, integration_id id, byte_view sealed
) {
    return vault.open(sealed, place_of(org, id));
}

result<byte_string> rewrap_webhook_secret(
    crypto::vault const& vault, organization_id org, integration_id id, byte_view sealed
) {
    return vault.rewrap(sealed, place_of(org, id));
}

void put_webhook_secret(
    db::transaction& tx, organization_id org, integration_id id, byte_string const& sealed
) {
    tx.run(put_secret, org, id, sealed);
}

void delete_webhook_secret(db::transaction& tx, organization_id org, integration_id id) {
    tx.run(delete_secret, org, id);
}

}  // namespace tocsin::integrations
