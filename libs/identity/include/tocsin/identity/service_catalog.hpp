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

/// What an organization runs and is on call for. A service is never deleted: an archived one keeps its
/// incidents.
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

/// Fields that are set are changed.
struct service_change {
    std::optional<std::string> slug;
    std::optional<std::string> name;
    std::optional<std::string> description;
};

/// The position of a service in a list. Slug and id, because archived services may have equal slugs.
struct service_key {
    std::string slug;
    service_id id;
};

/// The services of organizations. The caller checks lengths and the form of slugs; uniqueness is checked
/// here. The pool's role is tocsin_gateway, and it outlives this object. Throws what the pool throws.
class service_catalog {
public:
    explicit service_catalog(db::pool& gateway, clock const& time = system_clock());

    /// By slug, archived services included, after `after`; at most `limit`.
    async::task<std::vector<service>> list(
        organization_id org, std::optional<service_key> after, std::int64_t limit
    );
    /// errc::not_found.
    async::task<result<service>> find(organization_id org, service_id id);
    /// errc::conflict if an active service has the slug.
    async::task<result<service>> create(db::tenant tenant, new_service wanted);
    /// errc::not_found; errc::conflict if the slug is taken or the service is archived.
    async::task<result<service>> change(db::tenant tenant, service_id id, service_change wanted);
    /// errc::not_found; errc::in_use while a mapping points at it. Archiving an archived service changes
    /// nothing.
    async::task<result<>> archive(db::tenant tenant, service_id id);

private:
    db::pool& gateway_;
    clock const& clock_;
};

}  // namespace tocsin::identity
