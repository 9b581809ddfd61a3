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

/// One entry of an organization's audit log. Values are JSON objects of the changed fields, without secrets.
struct audit_entry {
    std::int64_t id = 0;
    timestamp at;
    std::string actor_kind;  ///< "user", "token", "operator", "sentry", or "system"
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

/// Every condition that is set must hold.
struct audit_filter {
    std::optional<std::string> actor;    ///< the id, or part of the name in any case
    std::optional<std::string> action;   ///< the whole action, or the part before the dot
    std::optional<std::string> subject;  ///< the id, the kind, or part of the name in any case
    std::optional<timestamp> since;      ///< inclusive
    std::optional<timestamp> until;      ///< exclusive
};

/// Reads audit logs. The database writes them, in the transaction of the change, except for actions that
/// change nothing themselves. The pool's role is tocsin_gateway, and it outlives this object. Throws what the
/// pool throws.
class audit_log {
public:
    explicit audit_log(db::pool& gateway) : gateway_(gateway) {}

    /// Newest first, before the entry `before` if it is set; at most `limit`.
    async::task<std::vector<audit_entry>> list(
        organization_id org, audit_filter filter, std::optional<std::int64_t> before, std::int64_t limit
    );

    /// Adds an entry for such an action, before it is carried out. `after` is a JSON object.
    async::task<> note(
        organization_id org,
        db::actor by,
        std::string action,
        std::string subject_kind,
        std::optional<uuid> subject,
        std::optional<std::string> after = std::nullopt
    );

private:
    db::pool& gateway_;
};

}  // namespace tocsin::identity
