#include "doubt_store.hpp"

#include <tocsin/db/array.hpp>

#include <string_view>

namespace tocsin::incidents {

namespace {

// One that waits for its turn, or for its next try, goes on waiting.
constexpr db::statement insert_doubts{
    "raise_doubts",
    R"(insert into tocsin.doubts as d (organization_id, integration_id, source_id)
       select k.organization_id, k.integration_id, k.source_id
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as k (organization_id, integration_id, source_id)
       on conflict (organization_id, integration_id, source_id) do update set round = d.round + 1)"
};

constexpr db::statement drop_ended{
    "drop_doubts_of_ended_integrations",
    R"(delete from tocsin.doubts d using tocsin.integrations i
        where i.organization_id = d.organization_id and i.integration_id = d.integration_id and d.due_at <= tocsin.now()
          and i.status = 'disconnected' and i.status_reason in ('uninstalled', 'disconnected_by_admin'))"
};

constexpr db::statement claim_one{
    "claim_doubt",
    R"(with due as (select organization_id, integration_id, source_id from tocsin.doubts
                     where due_at <= tocsin.now() order by due_at limit 1 for update skip locked)
       update tocsin.doubts d set due_at = tocsin.now() + $1::bigint * interval '1 millisecond', tries = d.tries + 1
         from due
        where d.organization_id = due.organization_id and d.integration_id = due.integration_id and d.source_id = due.source_id
       returning d.organization_id, d.integration_id, d.source_id, d.round, d.tries)"
};

constexpr db::statement delete_settled{
    "settle_doubt",
    R"(delete from tocsin.doubts
        where organization_id = $1 and integration_id = $2 and source_id = $3 and round = $4)"
};

constexpr db::statement make_due{
    "make_doubt_due",
    R"(update tocsin.doubts set due_at = tocsin.now(), tries = 0
        where organization_id = $1 and integration_id = $2 and source_id = $3)"
};

constexpr db::statement put_off{
    "put_off_doubt",
    R"(update tocsin.doubts set due_at = tocsin.now() + $4::bigint * interval '1 millisecond'
        where organization_id = $1 and integration_id = $2 and source_id = $3)"
};

}  // namespace

void raise_doubts(db::transaction& tx, std::vector<doubt> const& all) {
    if (all.empty()) return;
    db::array<uuid> organizations, integrations;
    db::array<std::string_view> issues;
    for (auto const& one : all) {
        organizations.add(one.organization);
        integrations.add(one.integration);
        issues.add(one.issue);
    }
    tx.run(insert_doubts, organizations, integrations, issues);
}

std::optional<claimed_doubt> claim_doubt(db::transaction& tx, std::chrono::milliseconds lease) {
    tx.run(drop_ended);
    auto const row = tx.run(claim_one, lease).first();
    if (!row) return std::nullopt;
    return claimed_doubt{
        {row->get<organization_id>("organization_id"),
         row->get<integration_id>("integration_id"),
         row->text("source_id")},
        row->get<std::int64_t>("round"),
        row->get<int>("tries")
    };
}

void settle_doubt(db::transaction& tx, claimed_doubt const& which) {
    auto const& about = which.about;
    if (tx.run(delete_settled, about.organization, about.integration, about.issue, which.round).affected() ==
        0)
        tx.run(make_due, about.organization, about.integration, about.issue);
}

void put_off_doubt(db::transaction& tx, claimed_doubt const& which, std::chrono::milliseconds delay) {
    auto const& about = which.about;
    tx.run(put_off, about.organization, about.integration, about.issue, delay);
}

}  // namespace tocsin::incidents
