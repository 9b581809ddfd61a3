#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

struct delivery {
    delivery_id id;
    timestamp received_at;
    integration_id integration;
    std::string resource;
    std::string action;
    std::string outcome;
    std::string rule;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;
    std::optional<std::string> source_kind;
    std::optional<std::string> source_id;
    std::optional<std::int64_t> incident_number;
    std::string request_id;
    std::optional<delivery_id> duplicate_of;
    std::int64_t size = 0;  ///< bytes of the body
    bool cut = false;       ///< whether texts were cut when it was decoded
};

struct delivery_details {
    delivery summary;
    std::string hook_timestamp;
    std::string signing_key;
    /// Raw bytes, of which there may be more; of a duplicate, those of the first delivery; empty if not kept.
    std::string body;
    bool body_truncated = false;
};

/// Empty members do not filter.
struct delivery_filter {
    std::optional<std::string> outcome;
    std::optional<std::string> resource;
    std::optional<integration_id> integration;
    std::optional<std::string> project;  ///< id or slug
    std::optional<std::string> request_id;
    std::optional<timestamp> since;     ///< received at or after
    std::optional<timestamp> until;     ///< received before
    std::optional<delivery_id> before;  ///< the key of the page, newest first: ids grow with time
    std::int64_t limit = 50;
};

struct suggested_service {
    service_id id;
    std::string slug;
    std::string name;
};

/// A Sentry project with unmapped deliveries, or a service that they name and that does not exist or is
/// archived.
struct unmapped_project {
    integration_id integration;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;
    std::optional<std::string> requested_service;
    std::int64_t deliveries = 0;
    timestamp first_at;
    timestamp last_at;
    std::optional<suggested_service> suggestion = {};  ///< with the most similar name, if any is similar
};

/// Reads deliveries, and why each did or did not open an incident.
class delivery_log {
public:
    explicit delivery_log(db::pool& pool) : pool_(pool) {}

    async::task<std::vector<delivery>> list(organization_id org, delivery_filter filter);
    /// With up to `shown_body` bytes of the body.
    async::task<result<delivery_details>> find(organization_id org, delivery_id id);
    static constexpr std::int64_t shown_body = 256 * 1024;
    /// All bytes of the body.
    async::task<result<std::string>> find_body(organization_id org, delivery_id id);
    /// Projects with unmapped deliveries and still no mapping, latest first, at most 1,000.
    async::task<std::vector<unmapped_project>> unmapped(organization_id org);

private:
    db::pool& pool_;
};

}  // namespace tocsin::incidents
