#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/vault_maintenance.hpp>

namespace tocsin::grants {

/// Opens the sealed results of approvals, across organizations, and adds them to `total`. For the role
/// tocsin_operator.
async::task<> inspect_results(db::pool& pool, crypto::vault const& vault, integrations::vault_state& total);

/// Seals them under the first key, and adds them to `total`. For the role tocsin_operator.
async::task<> rotate_results(db::pool& pool, crypto::vault const& vault, integrations::rotation& total);

}  // namespace tocsin::grants
