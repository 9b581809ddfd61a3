#pragma once

#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/mappings.hpp>
#include <tocsin/integrations/types.hpp>

#include <vector>

namespace tocsin::integrations {

/// A mapping ready to be stored: its project looked up as far as possible.
struct resolved_mapping {
    new_mapping wanted;
    std::optional<std::string> project_id;
    std::optional<std::string> project_slug;
    std::optional<std::string> project_name;
};

std::vector<mapping> list_mappings(db::transaction& tx, organization_id org, integration_id id);
/// In their order. After an error nothing of it may be committed.
result<std::vector<mapping>> insert_mappings(
    db::transaction& tx, organization_id org, integration_id id, std::vector<resolved_mapping> const& all
);
/// As above.
result<void> move_mappings(
    db::transaction& tx, organization_id org, integration_id id, std::vector<mapping_move> const& all
);
result<mapping> update_mapping(
    db::transaction& tx, organization_id org, integration_id id, mapping_id which, mapping_change const& how
);
result<void> delete_mapping(db::transaction& tx, organization_id org, integration_id id, mapping_id which);

}  // namespace tocsin::integrations
