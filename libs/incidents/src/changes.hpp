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
    std::set<organization_id> deliveries;                         ///< whose log grew
};

/// The messages that tell it on the channel tocsin_changes (schema/deploy/changes.sql has their form): as few
/// as fit, since each costs PostgreSQL and every process that listens, and none of them more than NOTIFY
/// takes.
std::vector<std::string> messages_of(changes const& what);

/// Tells it, once the transaction is committed.
void tell(db::transaction& tx, changes const& what);

}  // namespace tocsin::incidents
