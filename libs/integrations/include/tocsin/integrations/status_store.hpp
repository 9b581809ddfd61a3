#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/status_rules.hpp>

namespace tocsin::integrations {

/// The one place where the status of an integration changes: locks its row, asks the state machine, writes,
/// and says so in the audit log.
/// False where the machine says no, and where there is no such integration; nothing changed then. For the
/// roles tocsin_gateway (within its organization), tocsin_scheduler and tocsin_ingest.
bool move_status(
    db::transaction& tx, organization_id org, integration_id id, status_with_reason to, mover by
);

}  // namespace tocsin::integrations
