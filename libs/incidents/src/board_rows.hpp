#pragma once

#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/board.hpp>

#include <cstdint>

namespace tocsin::incidents {

enum class reading { to_show, to_change };  ///< the latter locks the row until the transaction ends

/// When this transaction began, by the clock that the rows have.
timestamp database_now(db::transaction& tx);

result<incident> find_incident(db::transaction& tx, reading why, organization_id org, std::int64_t number);

}  // namespace tocsin::incidents
