#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::identity {

/// What an organization runs and is on call for. Never deleted: an archived one keeps its incidents.
struct service {
    service_id id;
    std::string slug;
    std::string name;
    std::string description;
    timestamp created_at;
    std::optional<timestamp> archived_at;
};

struct new_service {
    std::string slug;
    std::string name;
    std::string description;
};

/// What is set is changed.
struct service_change {
    std::optional<std::string> slug;
    std::optional<std::string> name;
    std::optional<std::string> description;
};

/// Where a list goes on: after the service with this slug and id (slugs of archived services may repeat).
struct service_key {
    std::string slug;
    service_id id;
};

/// The services of organizations. Fields are checked by the caller (lengths, slug); uniqueness here. The
/// pool's role is tocsin_gateway, and it outlives this object. Throws what the pool throws.
class service_catalog {
public:
    explicit service_catalog(db::pool& gateway, clock const& time = system_clock());

    /// By slug, archived ones included; at most `limit`.
    async::task<std::vector<service>> list(
        organization_id of, std::optional<service_key> after, std::int64_t limit
    );
    /// errc::not_found.
    async::task<result<service>> find(organization_id of, service_id id);
    /// errc::conflict where a service in use has the slug.
    async::task<result<service>> create(db::tenant of, new_service what);
    /// errc::not_found; errc::conflict where the slug is taken or the service is archived.
    async::task<result<service>> change(db::tenant of, service_id id, service_change what);
    /// errc::not_found; errc::in_use while a mapping points at it. Archiving the archived changes nothing.
    async::task<result<>> archive(db::tenant of, service_id id);

private:
    db::pool& gateway_;
    clock const& clock_;
};

}  // namespace tocsin::identity
