#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/sentry/client.hpp>

#include <string>

namespace tocsin::integrations {

/// Reads the issues of an integration from Sentry. Belongs to the I/O thread.
class issue_reader {
public:
    issue_reader(db::pool& pool, sentry::client& sentry, crypto::vault const& vault, refresher& refresher)
        : pool_(pool), sentry_(sentry), vault_(vault), refresher_(refresher) {}

    /// errc::not_found if Sentry has the organization and does not have the issue; another error if the
    /// integration has no token or the call fails.
    async::task<result<sentry::issue>> find(organization_id org, integration_id id, std::string issue);
    /// Of the newest event of an issue; empty if that event has none. errc::not_found if there is no event.
    async::task<result<std::string>> newest_environment(
        organization_id org, integration_id id, std::string issue
    );

private:
    db::pool& pool_;
    sentry::client& sentry_;
    crypto::vault const& vault_;
    refresher& refresher_;
};

}  // namespace tocsin::integrations
