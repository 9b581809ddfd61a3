#pragma once

#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/mappings.hpp>
#include <tocsin/integrations/types.hpp>

#include <string>
#include <vector>

namespace tocsin::integrations {

/// A new mapping whose project has been looked up as far as possible.
struct resolved_mapping {
    organization_id organization;
    integration_id integration;
    std::string sentry_project;  ///< as it was requested
    mapping row;
};

std::vector<mapping> list_mappings(db::transaction& tx, organization_id org, integration_id id);
/// Returns the new mappings in the same order. After an error the transaction must be rolled back.
result<std::vector<mapping>> insert_mappings(
    db::transaction& tx, organization_id org, integration_id id, std::vector<resolved_mapping> const& all
);
/// After an error the transaction must be rolled back.
result<void> move_mappings(
    db::transaction& tx, organization_id org, integration_id id, std::vector<mapping_move> const& moves
);
result<mapping> update_mapping(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    mapping_id target,
    mapping_change const& changes
);
result<void> delete_mapping(db::transaction& tx, organization_id org, integration_id id, mapping_id target);

}  // namespace tocsin::integrations
