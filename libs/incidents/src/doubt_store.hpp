#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// An issue that webhooks have left in doubt: what they say contradicts itself, or came out of turn.
struct doubt {
    organization_id organization;
    integration_id integration;
    std::string issue;
    friend auto operator<=>(doubt const&, doubt const&) = default;
};

/// Of one issue there is one doubt, however often it is raised.
void raise_doubts(db::transaction& tx, std::vector<doubt> const& all);

struct claimed_doubt {
    doubt about;
    std::int64_t round = 0;  ///< one that was raised meanwhile has another
    int tries = 0;           ///< this one included
};

/// The doubt that has waited longest, nobody else's for the time of `lease`. Those of integrations that have
/// ended end too.
std::optional<claimed_doubt> claim_doubt(db::transaction& tx, std::chrono::milliseconds lease);
/// Ends it, or makes it due where it was raised again meanwhile.
void settle_doubt(db::transaction& tx, claimed_doubt const& which);
void put_off_doubt(db::transaction& tx, claimed_doubt const& which, std::chrono::milliseconds delay);

}  // namespace tocsin::incidents
