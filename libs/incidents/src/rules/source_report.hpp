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
    std::int64_t count = 1;
    std::optional<timestamp> at;                  ///< by Sentry's clock
    std::optional<incidents::severity> severity;  ///< of a metric alert's action
    bool is_event = false;                        ///< one more event, regardless of `count`
    bool is_state = false;                        ///< the state of the issue, not one of its events
    bool is_creation = false;                     ///< of an issue, by its first event
    bool covers_all_environments = false;         ///< metric alerts name none
};

source_report report_of(sentry::issue const& issue, std::string_view action);
source_report report_of(sentry::event const& event);
/// The action of a metric alert is its level: `open` counts as error.
source_report report_of(sentry::metric_alert const& alert, std::string_view action);

}  // namespace tocsin::incidents
