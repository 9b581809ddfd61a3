#include "page_store.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/notify/page_links.hpp>

#include <utility>

namespace tocsin::notify {

namespace {

constexpr db::statement find_link{"find_page_link", "select * from tocsin.find_page_link($1)"};

// Only the first of several requests acts.
constexpr db::statement use_link{
    "use_page_link",
    R"(update tocsin.pages set acted_at = tocsin.now(), seen_at = coalesce(seen_at, tocsin.now()),
              state = case when state in ('sending', 'accepted', 'delivered', 'seen') then 'acted' else state end
        where organization_id = $1 and page_id = $2 and acted_at is null)"
};

}  // namespace

async::task<std::optional<linked_page>> page_links::find(secret link) {
    return lookup_.transact(db::no_tenant, [link = std::move(link)](db::transaction& tx) {
        auto const hash = crypto::sha256(link.reveal());
        auto const row = tx.run(find_link, byte_view(hash.data(), hash.size())).first();
        if (!row) return std::optional<linked_page>();
        return std::optional(linked_page{
            row->get<organization_id>("organization_id"),
            row->text("organization_name"),
            row->text("organization_slug"),
            row->get<page_id>("page_id"),
            row->get<std::int64_t>("incident_number"),
            row->text("title"),
            known(incidents::parse_status(row->text("status")), "status"),
            row->get<user_id>("user_id"),
            row->text("email"),
            row->get<bool>("used")
        });
    });
}

async::task<std::optional<linked_page>> page_links::acknowledge(secret link) {
    auto found = co_await find(std::move(link));
    if (!found || found->is_used) co_return std::nullopt;
    auto const org = found->organization;
    auto const page = found->page;
    if (found->status == incidents::status::resolved) co_return found;
    auto const after = co_await incidents_.act(
        org,
        found->incident,
        incidents::person_action::acknowledge,
        {incidents::actor_kind::user, found->email, found->user},
        std::nullopt
    );
    // It was resolved in between.
    if (!after) co_return found;
    found->status = after->state.status;
    co_await pool_.transact(org, [org, page, incident = found->incident](db::transaction& tx) {
        tx.run(use_link, org, page);
        notify_pages(tx, org, incident);
    });
    co_return found;
}

}  // namespace tocsin::notify
