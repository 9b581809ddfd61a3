#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/client.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tocsin::integrations {

/// A project of Sentry's, and the mapping that takes it to a service, if any.
struct project_with_mapping {
    sentry::project project;
    std::optional<integrations::mapping> mapping;
};

struct new_mapping {
    std::string sentry_project;  ///< slug or id
    service_id service;
    bool active = true;
    std::optional<timestamp> inactive_until;
    std::vector<std::string> environments;
    std::optional<std::string> min_level;
    std::string severity = "auto";
    std::string on_archive = "resolve";
    bool open_on_error = false;
};

/// A change: what is nothing stays.
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

struct mapping_move {
    mapping_id which;
    service_id to;
};

class mappings {
public:
    /// `refresher` works on the same pool: a token that Sentry rejects is renewed, and the call made again.
    mappings(db::pool& pool, sentry::client& sentry, crypto::vault const& vault, refresher& refresher)
        : pool_(pool), sentry_(sentry), vault_(vault), refresher_(refresher) {}

    async::task<result<std::vector<project_with_mapping>>> projects(organization_id org, integration_id id);
    async::task<result<std::vector<mapping>>> list(organization_id org, integration_id id);
    /// All or none. A project is looked up at Sentry by slug or id; where Sentry cannot be asked, digits are
    /// taken as an id and anything else as a slug whose id a delivery will tell.
    async::task<result<std::vector<mapping>>> create(
        db::tenant by, integration_id id, std::vector<new_mapping> wanted
    );
    /// All or none, of both: what is new and what goes to another service.
    async::task<result<void>> import(
        db::tenant by, integration_id id, std::vector<new_mapping> wanted, std::vector<mapping_move> moved
    );
    async::task<result<mapping>> change(
        db::tenant by, integration_id id, mapping_id which, mapping_change how
    );
    async::task<result<void>> remove(db::tenant by, integration_id id, mapping_id which);

private:
    async::task<result<std::vector<sentry::project>>> sentry_projects(organization_id org, integration_id id);
    async::task<result<std::vector<mapping>>> store(
        db::tenant by, integration_id id, std::vector<new_mapping> wanted, std::vector<mapping_move> moved
    );

    db::pool& pool_;
    sentry::client& sentry_;
    crypto::vault const& vault_;
    refresher& refresher_;
};

}  // namespace tocsin::integrations
