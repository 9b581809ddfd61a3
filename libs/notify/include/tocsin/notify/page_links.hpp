#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/incident_service.hpp>
#include <tocsin/notify/types.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace tocsin::notify {

/// What a link in a page leads to.
struct linked_page {
    organization_id organization;
    std::string organization_name;
    std::string organization_slug;
    page_id page;
    std::int64_t incident = 0;
    std::string title;
    incidents::status status = incidents::status::open;
    user_id user;
    std::string email;
    bool is_used = false;
};

/// The links in pages. Each allows one person to acknowledge one incident, once, for 24 hours, without
/// signing in. The role of both pools is tocsin_gateway; anyone can cause the work of `lookup`. The
/// references outlive this object.
class page_links {
public:
    page_links(db::pool& lookup, db::pool& pool, incidents::incident_service& incidents)
        : lookup_(lookup), pool_(pool), incidents_(incidents) {}

    /// Nothing for a link that is unknown or has ended, or whose person may no longer act.
    async::task<std::optional<linked_page>> find(secret link);
    /// Acknowledges the incident in the name of the person. Nothing as for `find`, and for a link that was
    /// used before. An incident that is acknowledged or resolved already stays as it is.
    async::task<std::optional<linked_page>> acknowledge(secret link);

private:
    db::pool& lookup_;
    db::pool& pool_;
    incidents::incident_service& incidents_;
};

}  // namespace tocsin::notify
