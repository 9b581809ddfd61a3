#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/service_catalog.hpp>

#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement list_services = {
    "services_list",
    "select service_id, slug, name, description, created_at, archived_at from tocsin.services "
    "where organization_id = $1::uuid and ($2::text is null or (slug, service_id) > ($2::text, $3::uuid)) "
    "order by slug, service_id limit $4::bigint",
};
constexpr db::statement find_service = {
    "services_find",
    "select service_id, slug, name, description, created_at, archived_at from tocsin.services "
    "where organization_id = $1::uuid and service_id = $2::uuid",
};
constexpr db::statement lock_service = {
    "services_lock",
    "select service_id, slug, name, description, created_at, archived_at from tocsin.services "
    "where organization_id = $1::uuid and service_id = $2::uuid for update",
};
constexpr db::statement insert_service = {
    "services_insert",
    "insert into tocsin.services (organization_id, service_id, slug, name, description) "
    "values ($1::uuid, $2::uuid, $3, $4, $5) "
    "returning service_id, slug, name, description, created_at, archived_at",
};
constexpr db::statement update_service = {
    "services_update",
    "update tocsin.services set slug = coalesce($3, slug), name = coalesce($4, name), description = "
    "coalesce($5, description) "
    "where organization_id = $1::uuid and service_id = $2::uuid "
    "returning service_id, slug, name, description, created_at, archived_at",
};
constexpr db::statement archive_service = {
    "services_archive",
    "update tocsin.services set archived_at = tocsin.now() "
    "where organization_id = $1::uuid and service_id = $2::uuid and archived_at is null",
};
constexpr db::statement is_mapped = {
    "services_is_mapped",
    "select exists (select from tocsin.mappings where organization_id = $1::uuid and service_id = $2::uuid) "
    "as found",
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
    organization_id of, std::optional<service_key> after, std::int64_t limit
) {
    co_return co_await gateway_.transact(of, [of, after = std::move(after), limit](db::transaction& tx) {
        std::optional<std::string> slug;
        std::optional<service_id> id;
        if (after) {
            slug = after->slug;
            id = after->id;
        }
        std::vector<service> items;
        for (auto const& row : tx.run(list_services, of, slug, id, limit)) items.push_back(read_service(row));
        return items;
    });
}

async::task<result<service>> service_catalog::find(organization_id of, service_id id) {
    co_return co_await gateway_.transact(of, [of, id](db::transaction& tx) -> result<service> {
        auto const rows = tx.run(find_service, of, id);
        auto const row = rows.first();
        if (!row) return no_service();
        return read_service(*row);
    });
}

async::task<result<service>> service_catalog::create(db::tenant by, new_service what) {
    service_id const id{crypto::uuid_v7(clock_.now())};
    auto const work = [of = *by.organization, id, what](db::transaction& tx) -> result<service> {
        auto const rows = tx.run(insert_service, of, id, what.slug, what.name, what.description);
        return read_service(rows[0]);
    };
    return gateway_.transact_result(by, work, slug_taken);
}

async::task<result<service>> service_catalog::change(db::tenant by, service_id id, service_change what) {
    auto const work = [of = *by.organization, id, what](db::transaction& tx) -> result<service> {
        auto const before = tx.run(lock_service, of, id);
        if (before.empty()) return no_service();
        if (!before[0].is_null("archived_at"))
            return error{errc::conflict, "This service is archived: make a new one instead."};
        auto const rows = tx.run(update_service, of, id, what.slug, what.name, what.description);
        return read_service(rows[0]);
    };
    return gateway_.transact_result(by, work, slug_taken);
}

async::task<result<>> service_catalog::archive(db::tenant by, service_id id) {
    co_return co_await gateway_.transact(by, [of = *by.organization, id](db::transaction& tx) -> result<> {
        // The lock keeps a mapping from being made between the question and the answer.
        if (tx.run(lock_service, of, id).empty()) return no_service();
        auto const mapped = tx.run(is_mapped, of, id);
        if (mapped[0].get<bool>("found")) {
            return error{
                errc::in_use,
                "A mapping still points at this service: point it at another one or remove it first."
            };
        }
        tx.run(archive_service, of, id);
        return {};
    });
}

}  // namespace tocsin::identity
