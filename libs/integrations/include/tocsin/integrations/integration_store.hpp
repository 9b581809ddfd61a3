#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/types.hpp>

#include <vector>

namespace tocsin::integrations {

/// Reads integrations for the console and the command line.
class integration_store {
public:
    explicit integration_store(db::pool& pool) : pool_(pool) {}

    async::task<std::vector<integration>> list(organization_id org);
    async::task<result<integration>> find(organization_id org, integration_id id);
    /// The last 100 attempts, newest first.
    async::task<std::vector<refresh_attempt_summary>> attempts(organization_id org, integration_id id);

private:
    db::pool& pool_;
};

/// Reads an integration in the caller's transaction.
result<integration> find_integration(db::transaction& tx, organization_id org, integration_id id);

/// Stores the slug and the name that Sentry uses now, if `named` is the integration's organization.
void store_sentry_names(
    db::transaction& tx, organization_id org, integration_id id, sentry::organization const& named
);

}  // namespace tocsin::integrations
