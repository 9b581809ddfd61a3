#include "read_all.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/service_catalog.hpp>

#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement list_services = {
    "services_list",
    R"(select service_id, slug, name, description, created_at, archived_at from tocsin.services
        where organization_id = $1::uuid and ($2::text is null or (slug, service_id) > ($2::text, $3::uuid))
        order by slug, service_id limit $4::bigint)",
};
constexpr db::statement find_service = {
    "services_find",
    R"(select service_id, slug, name, description, created_at, archived_at from tocsin.services
        where organization_id = $1::uuid and service_id = $2::uuid)",
};
constexpr db::statement lock_service = {
    "services_lock",
    R"(select service_id, slug, name, description, created_at, archived_at from tocsin.services
        where organization_id = $1::uuid and service_id = $2::uuid for update)",
};
constexpr db::statement insert_service = {
    "services_insert",
    R"(insert into tocsin.services (organization_id, service_id, slug, name, description)
       values ($1::uuid, $2::uuid, $3, $4, $5)
       returning service_id, slug, name, description, created_at, archived_at)",
};
constexpr db::statement update_service = {
    "services_update",
    R"(update tocsin.services
          set slug = coalesce($3, slug), name = coalesce($4, name), description = coalesce($5, description)
        where organization_id = $1::uuid and service_id = $2::uuid
       returning service_id, slug, name, description, created_at, archived_at)",
};
constexpr db::statement archive_service = {
    "services_archive",
    R"(update tocsin.services set archived_at = tocsin.now()
        where organization_id = $1::uuid and service_id = $2::uuid and archived_at is null)",
};
constexpr db::statement is_mapped = {
    "services_is_mapped",
    R"(select exists (select from tocsin.mappings where organization_id = $1::uuid and service_id = $2::uuid) as found)",
};

service read_service(db::row const& from) {
    return {
        from.get<service_id>("service_id"),
        from.text("slug"),
        from.text("name"),
        from.text("description"),
        from.get<timestamp>("created_at"),
        from.get<std::optional<timestamp>>("archived_at"),
    };
}

error no_service() {
    return {errc::not_found, "There is no such service."};
}

error slug_taken(db::constraint_violation const& why) {
    if (why.constraint != "services_slug_key") throw why;
    return {errc::conflict, "Another service has this slug.", {{"slug", "is taken by another service"}}};
}

}  // namespace

service_catalog::service_catalog(db::pool& gateway, clock const& time) : gateway_(gateway), clock_(time) {}

async::task<std::vector<service>> service_catalog::list(
    organization_id org, std::optional<service_key> after, std::int64_t limit
) {
    co_return co_await gateway_.transact(org, [org, after = std::move(after), limit](db::transaction& tx) {
        std::optional<std::string> slug;
        std::optional<service_id> id;
        if (after) {
            slug = after->slug;
            id = after->id;
        }
        return read_all(tx.run(list_services, org, slug, id, limit), read_service);
    });
}

async::task<result<service>> service_catalog::find(organization_id org, service_id id) {
    co_return co_await gateway_.transact(org, [org, id](db::transaction& tx) -> result<service> {
        auto const rows = tx.run(find_service, org, id);
        auto const row = rows.first();
        if (!row) return no_service();
        return read_service(*row);
    });
}

async::task<result<service>> service_catalog::create(db::tenant tenant, new_service wanted) {
    service_id const id{crypto::uuid_v7(clock_.now())};
    auto const work = [org = *tenant.organization, id, wanted](db::transaction& tx) -> result<service> {
        auto const rows = tx.run(insert_service, org, id, wanted.slug, wanted.name, wanted.description);
        return read_service(rows[0]);
    };
    return gateway_.transact_result(tenant, work, slug_taken);
}

async::task<result<service>> service_catalog::change(
    db::tenant tenant, service_id id, service_change wanted
) {
    auto const work = [org = *tenant.organization, id, wanted](db::transaction& tx) -> result<service> {
        auto const before = tx.run(lock_service, org, id);
        if (before.empty()) return no_service();
        if (!before[0].is_null("archived_at"))
            return error{
                errc::conflict, "This service is archived and cannot change. Create a new one instead."
            };
        auto const rows = tx.run(update_service, org, id, wanted.slug, wanted.name, wanted.description);
        return read_service(rows[0]);
    };
    return gateway_.transact_result(tenant, work, slug_taken);
}

async::task<result<>> service_catalog::archive(db::tenant tenant, service_id id) {
    co_return co_await gateway_.transact(
        tenant,
        [org = *tenant.organization, id](db::transaction& tx) -> result<> {
            // The lock prevents a new mapping until the transaction ends.
            if (tx.run(lock_service, org, id).empty()) return no_service();
            auto const mapped = tx.run(is_mapped, org, id);
            if (mapped[0].get<bool>("found")) {
                return error{
                    errc::in_use,
                    "A mapping still points at this service. Point it at another service, or remove it first."
                };
            }
            tx.run(archive_service, org, id);
            return {};
        }
    );
}

}  // namespace tocsin::identity
