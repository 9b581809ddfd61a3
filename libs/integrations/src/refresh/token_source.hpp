#pragma once

#include "refresh/refresh_store.hpp"

#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/integrations/applications.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>
#include <utility>

namespace tocsin::integrations {

/// A refresh in progress.
struct refresh_attempt {
    explicit refresh_attempt(leased_credential credential)
        : lease(std::move(credential)), in_doubt(lease.in_doubt) {}

    leased_credential lease;
    secret access_token;                                    ///< the stored one, as soon as it is opened
    std::optional<sentry::organization> organization = {};  ///< as Sentry names it now, if it was asked
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    bool in_doubt;  ///< Sentry may have replaced the stored tokens
};

/// Requests new tokens from Sentry in the way that the integration's mode requires. Does not use the
/// database.
class token_source {
public:
    token_source(
        sentry::client& sentry,
        applications const& registered,
        crypto::vault const& vault,
        refresh_settings const& settings
    )
        : sentry_(sentry), registered_(registered), vault_(vault), settings_(settings) {}

    async::task<sentry::call_result<sentry::token_set>> request(refresh_attempt& attempt);

private:
    async::task<sentry::call_result<sentry::token_set>> request_internal(refresh_attempt& attempt);
    async::task<sentry::call_result<sentry::token_set>> request_installation(refresh_attempt const& attempt);
    async::task<sentry::call_result<sentry::token_set>> request_oauth(refresh_attempt const& attempt);
    async::task<sentry::call_result<void>> check_access_token(refresh_attempt& attempt);
    sentry::client sentry_for(refresh_attempt const& attempt) const;
    result<secret> refresh_token_of(refresh_attempt const& attempt) const;
    bool has_time_for_call(refresh_attempt const& attempt) const;

    sentry::client& sentry_;
    applications const& registered_;
    crypto::vault const& vault_;
    refresh_settings const& settings_;
};

}  // namespace tocsin::integrations
