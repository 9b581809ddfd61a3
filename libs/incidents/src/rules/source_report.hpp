#pragma once

#include <tocsin/incidents/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::incidents {

/// What a webhook says about its source, whichever resource it came with.
struct source_report {
    incident_state fields;  ///< the texts that the webhook names
    std::string fallback_title;
    std::string issue_id;  ///< empty for a metric alert
    std::int64_t count = 1;
    std::optional<timestamp> at;                  ///< by Sentry's clock
    std::optional<timestamp> first_seen;          ///< of an issue
    std::optional<incidents::severity> severity;  ///< of a metric alert's action
    bool names_assignee = false;                  ///< also if it has none
    bool is_event = false;                        ///< one more event, regardless of `count`
    bool is_state = false;                        ///< the state of the issue, not one of its events
    bool is_creation = false;                     ///< of an issue, by its first event
    bool names_environment = true;                ///< even if it is none; issue.* do not
    bool covers_all_environments = false;         ///< as a metric alert may
};

source_report report_of(sentry::issue const& issue, std::string_view action);
source_report report_of(sentry::event const& event);
source_report report_of(sentry::event_alert const& alert);
/// The action of a metric alert is its level: `open` counts as error.
source_report report_of(sentry::metric_alert const& alert, std::string_view action);

/// Which of two times is newer.
enum class precedence { older, equal, newer };

/// Merges the texts of a report into an incident. The newest report stands, in any order of arrival; for
/// environment and release, which an issue does not name, the newest event. Of two values of the same time
/// the greater one stands, so that the order of arrival does not matter. An assignment has no time: the last
/// one to arrive stands.
void merge_report(
    incident_state& state, source_report const& report, precedence among_all, precedence among_events
);

}  // namespace tocsin::incidents
