#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/types.hpp>

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// A metric monitor as one webhook names it: by its rule (a metric alert) or by its issue.
struct monitor_key {
    organization_id organization;
    integration_id integration;
    std::optional<crypto::sha256_digest> name = {
    };  ///< hash of project and name; nothing for a comment on its issue
    std::optional<std::string> rule = {};
    std::optional<std::string> issue = {};
    friend auto operator<=>(monitor_key const&, monitor_key const&) = default;
};

/// The source of a monitor's alert and of its issue: the one that came first.
struct metric_monitor {
    incidents::source source;
    std::optional<std::string> rule = {};
    std::optional<std::string> issue = {};
};

/// In the order of the keys; by the id of the rule or issue, else by name. Nothing for an unknown monitor.
std::vector<std::optional<metric_monitor>> find_monitors(
    db::transaction& tx, std::vector<monitor_key> const& keys
);

struct monitor_write {
    monitor_key key;  ///< with a name
    incidents::source source;
};
/// Inserts monitors, or adds the ids of rule and issue. Throws version_conflict where a monitor has another
/// source by now. Each name occurs once.
void write_monitors(db::transaction& tx, std::vector<monitor_write> const& all);

}  // namespace tocsin::incidents
