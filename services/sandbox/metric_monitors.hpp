#pragma once

#include "payloads.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Metric monitors of the workflow engine. Each breach is a period with an id of its own, and the monitor
/// keeps an issue beside it.
namespace tocsin::sandbox {

struct metric_monitor {
    std::string id;  ///< of the alert rule in webhooks
    std::string organization_id;
    std::string project_id;
    std::string name;
    std::string environment;  ///< empty: all
    std::optional<std::vector<payloads::setting>> settings;
    bool names_installation = false;
    bool names_rule = true;
    std::string issue_id;  ///< empty before the first breach
    std::string period;    ///< the id of the last period in webhooks
    timestamp started;
    std::optional<timestamp> closed;  ///< of the last period
};

class metric_monitors {
public:
    metric_monitor& add(sentry_state& state, metric_monitor draft);
    metric_monitor* find(std::string_view id);

private:
    std::deque<metric_monitor> all_;
};

/// Opens a period unless one is open.
void open_period(sentry_state& state, metric_monitor& monitor);
/// The monitor's issue, unresolved; created if there is none.
issue& open_issue(sentry_state& state, metric_monitor& monitor);

/// The alert with `action` as Sentry writes it now.
payloads::metric_alert alert_of(sentry_state& state, metric_monitor const& monitor, std::string_view action);

}  // namespace tocsin::sandbox
