#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/project_lists.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::integrations {

/// A Sentry project and its mapping, if any.
struct project_with_mapping {
    sentry::project project;
    std::optional<integrations::mapping> mapping;
};

struct new_mapping : mapping_settings {
    std::string sentry_project;  ///< slug, id, or address
    service_id service;
};

/// What Sentry says about projects that a person named.
struct project_check {
    std::vector<std::string> unknown;  ///< those that it does not list and that sent nothing yet
    std::string unchecked;             ///< why Sentry could not be asked; else empty
};

/// Settings without a value stay as they are.
struct mapping_change {
    std::optional<service_id> service;
    std::optional<bool> active;
    std::optional<std::optional<timestamp>> inactive_until;
    std::optional<std::vector<std::string>> environments;
    std::optional<std::optional<std::string>> min_level;
    std::optional<std::string> severity;
    std::optional<std::string> on_archive;
    std::optional<bool> open_on_error;
};

/// Moves a mapping to another service.
struct mapping_move {
    mapping_id mapping;
    service_id service;
};

/// Whether Sentry must be asked, or its answer of a short time ago is enough.
enum class project_source { sentry, recent_list };

class mappings {
public:
    /// `refresher` uses the same pool: a token that Sentry rejects is refreshed, and the call repeated.
    mappings(db::pool& pool, sentry::client& sentry, crypto::vault const& vault, refresher& refresher)
        : pool_(pool), sentry_(sentry), vault_(vault), refresher_(refresher) {}

    async::task<result<std::vector<project_with_mapping>>> projects(
        organization_id org, integration_id id, project_source from = project_source::sentry
    );
    async::task<result<std::vector<mapping>>> list(organization_id org, integration_id id);
    async::task<result<project_check>> check(
        organization_id org, integration_id id, std::vector<std::string> projects
    );
    /// All or none. Projects are looked up in Sentry by slug or id. Of one that is not found, digits are an
    /// id, and anything else is a slug whose id comes with a delivery; the mapping has a warning.
    async::task<result<std::vector<mapping>>> create(
        db::tenant tenant, integration_id id, std::vector<new_mapping> requested
    );
    /// All or none of both.
    async::task<result<void>> import(
        db::tenant tenant,
        integration_id id,
        std::vector<new_mapping> requested,
        std::vector<mapping_move> moves
    );
    async::task<result<mapping>> change(
        db::tenant tenant, integration_id id, mapping_id target, mapping_change changes
    );
    async::task<result<void>> remove(db::tenant tenant, integration_id id, mapping_id target);

private:
    async::task<result<std::vector<sentry::project>>> sentry_projects(
        organization_id org, integration_id id, project_source from
    );
    async::task<result<std::vector<mapping>>> store(
        db::tenant tenant,
        integration_id id,
        std::vector<new_mapping> requested,
        std::vector<mapping_move> moves
    );

    db::pool& pool_;
    sentry::client& sentry_;
    crypto::vault const& vault_;
    refresher& refresher_;
    project_lists lists_{std::chrono::steady_clock::now};
};

}  // namespace tocsin::integrations
