#pragma once

#include "store/source_state.hpp"

#include <tocsin/crypto/digest.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace tocsin::incidents {

/// A delivery as the rules need it.
struct delivery_input {
    delivery_id id;
    sentry::webhook const& webhook;
    crypto::sha256_digest const& body_hash;
    std::optional<delivery_id>
        event_applied_by;         ///< the earlier delivery of the same event under the same rule
    bool event_reported = false;  ///< there is an earlier delivery of the same event
    bool from_reconciler = false;
    std::string assigned_member = {};  ///< e-mail address of the member to whom issue.assigned assigns it
    std::string issue_pages = {};      ///< where Sentry shows the issues of the organization
};

struct apply_result {
    incidents::decision decision;
    std::optional<std::int64_t> incident;  ///< the number, whether the incident changes or not
    std::optional<delivery_id> duplicate_of;
};

/// Applies a delivery to the state of its source. `index` is that of the delivery in its batch; `next_number`
/// returns the number of a new incident.
apply_result apply_delivery(
    source_state& source,
    delivery_input const& delivery,
    std::size_t index,
    routing const& route,
    rule_settings const& settings,
    timestamp now,
    std::function<std::int64_t()> const& next_number
);

}  // namespace tocsin::incidents
