#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/sentry/client.hpp>

#include <string>

namespace tocsin::integrations {

/// Calls Sentry's API as an integration, for callers who never see its token. A token that Sentry rejects is
/// refreshed, and the call repeated once. Belongs to the I/O thread.
class api_caller {
public:
    api_caller(db::pool& pool, sentry::client& sentry, crypto::vault const& vault, refresher& refresher)
        : pool_(pool), sentry_(sentry), vault_(vault), refresher_(refresher) {}

    /// An error if the integration has no token. A response that contains the token is a failure.
    async::task<result<sentry::call_result<sentry::api_response>>> call(
        organization_id org, integration_id id, sentry::api_request request
    );
    /// The same with access that the caller has read in a transaction of its own.
    async::task<result<sentry::call_result<sentry::api_response>>> call(
        organization_id org, integration_id id, stored_access access, sentry::api_request request
    );
    config::base_url const& sentry() const noexcept { return sentry_.base(); }

private:
    async::task<sentry::call_result<sentry::api_response>> send(
        sentry::caller who, std::string organization, secret token, sentry::api_request request
    );

    db::pool& pool_;
    sentry::client& sentry_;
    crypto::vault const& vault_;
    refresher& refresher_;
};

}  // namespace tocsin::integrations
