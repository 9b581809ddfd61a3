#include <tocsin/grants/approvals.hpp>
#include <tocsin/grants/vault_maintenance.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tocsin::grants {

namespace {

constexpr std::int64_t page_size = 50;  // results of up to 70 kB

constexpr db::statement next_results{
    "next_sealed_results",
    R"(select organization_id, approval_id, result_sealed
         from tocsin.approvals
        where result_sealed is not null
          and ($1::uuid is null or (organization_id, approval_id) > ($1::uuid, $2::uuid))
        order by organization_id, approval_id limit $3)"
};
// A result never changes once it is stored.
constexpr db::statement reseal_result{
    "reseal_result",
    "update tocsin.approvals set result_sealed = $3 where organization_id = $1 and approval_id = $2"
};

struct sealed_result {
    organization_id organization;
    approval_id id;
    byte_string sealed;
};

async::task<std::vector<sealed_result>> next_page(db::pool& pool, std::optional<sealed_result> last) {
    auto const org = last ? std::optional(last->organization) : std::nullopt;
    auto const id = last ? std::optional(last->id) : std::nullopt;
    return pool.transact(db::no_tenant, [org, id](db::transaction& tx) {
        std::vector<sealed_result> page;
        for (auto const row : tx.run(next_results, org, id, page_size))
            page.push_back(
                {row.get<organization_id>("organization_id"),
                 row.get<approval_id>("approval_id"),
                 row.get<byte_string>("result_sealed")}
            );
        return page;
    });
}

}  // namespace

async::task<> inspect_results(db::pool& pool, crypto::vault const& vault, integrations::vault_state& total) {
    std::optional<sealed_result> last;
    for (;;) {
        auto rows = co_await next_page(pool, last);
        if (rows.empty()) co_return;
        for (auto const& [org, id, sealed] : rows)
            total.count(vault, sealed, vault.open(sealed, result_place(org, id)));
        last = std::move(rows.back());
    }
}

async::task<> rotate_results(db::pool& pool, crypto::vault const& vault, integrations::rotation& total) {
    std::optional<sealed_result> last;
    for (;;) {
        auto rows = co_await next_page(pool, last);
        if (rows.empty()) co_return;
        for (auto const& row : rows) {
            if (crypto::vault::key_id(row.sealed) == vault.sealing_key_id()) continue;
            auto const fresh = vault.rewrap(row.sealed, result_place(row.organization, row.id));
            if (!fresh) {
                ++total.failed;
                continue;
            }
            co_await pool.transact(db::no_tenant, [row, sealed = *fresh](db::transaction& tx) {
                tx.run(reseal_result, row.organization, row.id, sealed);
            });
            ++total.resealed;
        }
        last = std::move(rows.back());
    }
}

}  // namespace tocsin::grants
