#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>

#include <optional>

namespace tocsin::identity {

/// What an organization decides for all its members.
struct organization_settings {
    /// An incident without an assignee is assigned to the member who acknowledges it.
    bool assign_on_acknowledge = true;
};

/// Members that are set are changed.
struct organization_settings_change {
    std::optional<bool> assign_on_acknowledge;
};

async::task<organization_settings> read_organization_settings(db::pool& gateway, organization_id org);
/// Returns the settings afterwards.
async::task<organization_settings> change_organization_settings(
    db::pool& gateway, db::tenant tenant, organization_settings_change wanted
);

}  // namespace tocsin::identity
