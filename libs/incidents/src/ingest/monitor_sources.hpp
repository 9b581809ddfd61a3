#pragma once

#include "store/metric_monitors.hpp"

#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// The monitor that a webhook is about: of a metric alert, of an issue of the category `metric`, and, in case
/// it is one, of the issue of a comment.
std::optional<monitor_key> monitor_of(
    organization_id org, integration_id integration, sentry::webhook const& webhook
);

/// Sentry keeps an issue beside the alert of a metric monitor. Both are one source, whichever comes first.
/// Finds the sources of a batch with one statement, and writes what it learned with another one.
class monitor_sources {
public:
    /// Changes nothing for a webhook that is about no monitor. Called in the order of the batch.
    void add(std::optional<monitor_key> key, source& of_delivery);
    void resolve(db::transaction& tx);
    void write(db::transaction& tx) const { write_monitors(tx, writes_); }

private:
    void resolve_one(monitor_key const& key, std::optional<metric_monitor> const& found, source& of_delivery);

    std::vector<monitor_key> keys_;
    std::vector<source*> sources_;                       ///< of the keys, owned by the caller
    std::map<monitor_key, std::size_t> writes_by_name_;  ///< by organization, integration, and name alone
    std::vector<monitor_write> writes_;
};

}  // namespace tocsin::incidents
