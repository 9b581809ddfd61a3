#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// What a transaction changed.
struct changes {
    std::map<organization_id, std::set<std::int64_t>> incidents;  ///< numbers
    std::set<organization_id> deliveries;                         ///< organizations with new deliveries
};

/// The messages for the channel tocsin_changes (schema/deploy/changes.sql describes their form). As few as
/// possible, since each costs PostgreSQL and every listening process; each fits into one NOTIFY.
std::vector<std::string> messages_of(changes const& all);

/// Notifies consoles when the transaction commits.
void notify_changes(db::transaction& tx, changes const& all);

}  // namespace tocsin::incidents
