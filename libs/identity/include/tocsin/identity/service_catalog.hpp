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
    struct owner {
        std::string email;
        std::string name;
    };
    /// A Sentry project that is mapped to it.
    struct project {
        std::string integration_id;
        std::string id;  ///< empty until Sentry names it
        std::string slug;
        bool active = true;
    };
    service_id id;
    std::string slug;
    std::string name;
    std::string description;
    std::string runbook_url;
    std::optional<uuid> policy;  ///< whom its alarms page; nothing: the organization's default
    /// How urgently an incident pages, by its severity: high, low, or none.
    struct urgencies {
        std::string critical;
        std::string error;
        std::string warning;
        std::string info;
    } urgency;
    timestamp created_at;
    std::optional<timestamp> archived_at;
    std::vector<owner> owners;      ///< by email address
    std::vector<project> projects;  ///< by slug
    /// Its incidents that are not resolved, by status and by severity.
    struct counts {
        std::int64_t open = 0;
        std::int64_t acknowledged = 0;
        std::int64_t critical = 0;
        std::int64_t error = 0;
        std::int64_t warning = 0;
        std::int64_t info = 0;
    } incidents;
};

/// How urgently incidents page from now on; severities without a value stay as they are.
struct urgency_change {
    std::optional<std::string> critical = {};
    std::optional<std::string> error = {};
    std::optional<std::string> warning = {};
    std::optional<std::string> info = {};
};

struct new_service {
    std::string slug;
    std::string name;
    std::string description;
    std::string runbook_url = {};
    std::vector<std::string> owners = {};  ///< email addresses of members
    std::optional<uuid> policy = {};
    urgency_change urgency = {};
};

/// Fields that are set are changed.
struct service_change {
    std::optional<std::string> slug;
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> runbook_url = {};
    std::optional<std::vector<std::string>> owners = {};  ///< replaces all
    std::optional<std::optional<uuid>> policy = {};
    urgency_change urgency = {};
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
    /// errc::conflict if an active service has the slug; errc::invalid if an owner is not a member or the
    /// policy does not exist.
    async::task<result<service>> create(db::tenant tenant, new_service wanted);
    /// errc::not_found; errc::conflict if the slug is taken or the service is archived; errc::invalid if an
    /// owner is not a member or the policy does not exist.
    async::task<result<service>> change(db::tenant tenant, service_id id, service_change wanted);
    /// errc::not_found; errc::in_use while a mapping points at it. Archiving an archived service changes
    /// nothing.
    async::task<result<>> archive(db::tenant tenant, service_id id);

private:
    db::pool& gateway_;
    clock const& clock_;
};

}  // namespace tocsin::identity
