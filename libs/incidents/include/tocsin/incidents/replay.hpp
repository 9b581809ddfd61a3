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

/// A dry run changes nothing.
enum class replay_kind { dry, real };

struct replay_result {
    std::optional<delivery_id> delivery;  ///< the new row in the log; nothing after a dry run
    incidents::outcome outcome = outcome::ignored;
    std::string rule;
    std::optional<std::int64_t> incident;  ///< after a dry run, the number that it would have had
};

/// A Sentry project with unmapped deliveries.
struct unmapped_project_key {
    integration_id integration;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;       ///< if no id is known
    std::optional<std::string> requested_service;  ///< only the deliveries that name it
};

/// Processes stored deliveries again, with today's mappings and the rules and statements of ingest. A real
/// replay adds a delivery to the log. A delivery that was already applied is a duplicate and changes nothing.
class replay {
public:
    /// `reading` has the role tocsin_gateway, so that it only sees deliveries of the organization; `writing`
    /// has tocsin_ingest.
    replay(db::pool& reading, db::pool& writing, rule_settings rules, clock const& time)
        : reading_(reading), writing_(writing), rules_(rules), time_(time) {}

    /// `by` names the person in the audit log.
    async::task<result<replay_result>> run(
        organization_id org, delivery_id delivery, replay_kind kind, db::actor by
    );

    /// How many deliveries had which outcome.
    using outcome_counts = std::map<outcome, std::int64_t>;
    /// Replays the deliveries of a project that are still `unmapped`, oldest first, at most 1,000. Those that
    /// cannot be replayed count as `unreadable`. Commits after every hundred, so that a call which fails has
    /// left less to the next one.
    async::task<result<outcome_counts>> run_unmapped(
        organization_id org, unmapped_project_key project, replay_kind kind, db::actor by
    );

private:
    async::task<std::optional<outcome_counts>> run_together(
        organization_id org,
        integration_id integration,
        std::vector<delivery_id> all,
        replay_kind kind,
        db::actor by
    );

    db::pool& reading_;
    db::pool& writing_;
    rule_settings rules_;
    clock const& time_;
};

}  // namespace tocsin::incidents
