#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/status_rules.hpp>

namespace tocsin::integrations {

/// The only writer of an integration's status: locks the row, checks the state machine, writes the status,
/// and adds an audit entry. False, without a change, if the transition is not allowed or the integration does
/// not exist. For the roles tocsin_gateway (within its organization), tocsin_scheduler, and tocsin_ingest.
bool transition_status(
    db::transaction& tx, organization_id org, integration_id id, status_with_reason to, transition_cause cause
);

}  // namespace tocsin::integrations
