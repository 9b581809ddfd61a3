#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/incidents/types.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// Dry: what would happen; nothing stays of it.
enum class replay_kind { dry, real };

struct replayed {
    std::optional<delivery_id> delivery;  ///< the new row in the log, where it was for real
    incidents::outcome outcome = outcome::ignored;
    std::string rule;
    std::optional<std::int64_t> incident;  ///< where it was dry, the number that it would have got
};

/// The held deliveries of a Sentry project.
struct held_project {
    integration_id integration;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;  ///< where no id is known
};

/// Runs stored deliveries again, under today's mappings, by the same rules and statements as when they came.
/// For real it is a delivery of its own in the log; what had its effect already is a duplicate and changes
/// nothing.
class replay {
public:
    /// `reading` has the role tocsin_gateway and decides what the organization may see; `writing` has
    /// tocsin_ingest.
    replay(db::pool& reading, db::pool& writing, rule_settings rules, clock const& time)
        : reading_(reading), writing_(writing), rules_(rules), time_(time) {}

    async::task<result<replayed>> run(organization_id org, delivery_id which, replay_kind how);
    using outcomes = std::map<outcome, std::int64_t>;
    /// Those that are still `unmapped`, oldest first, at most 1,000; how many came to which outcome, those
    /// that cannot be run being `unreadable`. A hundred share a transaction: what one breaks off leaves the
    /// rest for the next call.
    async::task<result<outcomes>> run_held(organization_id org, held_project of, replay_kind how);

private:
    async::task<std::optional<outcomes>> run_together(
        organization_id org, integration_id from, std::vector<delivery_id> all, replay_kind how
    );

    db::pool& reading_;
    db::pool& writing_;
    rule_settings rules_;
    clock const& time_;
};

}  // namespace tocsin::incidents
