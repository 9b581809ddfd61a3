#pragma once

#include <tocsin/integrations/connect.hpp>
#include <tocsin/sentry/failure.hpp>

namespace tocsin::integrations {

/// What the parts of connect share.
struct connect_context {
    db::pool& pool;
    sentry::client& sentry;
    applications registered;
    crypto::vault const& vault;
    refresh_policy policy;
    clock const& time;
    integrations::refresher& refresher;
};

/// The refusal to show for a failed call to Sentry.
connect_refusal refusal_of(sentry::call_failure const& why);

/// What a failed refresh means for a repair: false if Sentry refuses, so that a person has to act. An error
/// if that is not known, or if the deployment's own client is at fault.
result<bool> judge_failed_repair(mode m, sentry::call_failure const& why);

}  // namespace tocsin::integrations
