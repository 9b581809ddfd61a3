#pragma once

#include <tocsin/db/transaction.hpp>
#include <tocsin/oncall/types.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace tocsin::oncall {

/// The policies with their current version, by id; of one policy if `id` is given. Users are ids.
std::vector<policy> read_policies(
    db::transaction& tx,
    organization_id org,
    std::optional<policy_id> id,
    std::optional<policy_id> after,
    std::int64_t limit
);

/// One version of a policy; without steps if it does not exist any more.
ladder read_ladder(db::transaction& tx, organization_id org, policy_id id, int version);

/// Adds `version`.
void insert_ladder(
    db::transaction& tx, organization_id org, policy_id id, int version, ladder const& content
);

}  // namespace tocsin::oncall
