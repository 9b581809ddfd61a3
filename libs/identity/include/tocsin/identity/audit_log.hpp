#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::identity {

/// One entry of an organization's audit log: who did what to which thing. Values are JSON objects of what
/// changed, and hold no secrets.
struct audit_entry {
    std::int64_t id = 0;
    timestamp at;
    std::string actor_kind;  ///< "user", "token", "operator", "sentry" or "system"
    std::optional<uuid> actor_id;
    std::string actor_name;
    std::string action;  ///< such as "service.changed"
    std::string subject_kind;
    std::optional<uuid> subject_id;
    std::string subject_name;
    std::optional<std::string> before;
    std::optional<std::string> after;
    std::string address;
    std::string request_id;
};

/// What is set has to fit.
struct audit_filter {
    std::optional<std::string> actor;    ///< the id, or part of the name, whatever its case
    std::optional<std::string> action;   ///< whole, or the part before the dot
    std::optional<std::string> subject;  ///< the id, the kind, or part of the name, whatever its case
    std::optional<timestamp> since;      ///< included
    std::optional<timestamp> until;      ///< not included
};

/// Reads audit logs: they are written by the database, in the transaction of the change. The pool's role is
/// tocsin_gateway, and it outlives this object. Throws what the pool throws.
class audit_log {
public:
    explicit audit_log(db::pool& gateway) : gateway_(gateway) {}

    /// Newest first, those before the entry `before` where it is set; at most `limit`.
    async::task<std::vector<audit_entry>> list(
        organization_id of, audit_filter what, std::optional<std::int64_t> before, std::int64_t limit
    );

private:
    db::pool& gateway_;
};

}  // namespace tocsin::identity
