#pragma once

#include <tocsin/sentry/failure.hpp>

#include <string>
#include <utility>

namespace tocsin::sentry {

/// The failure for a response whose status is a success and whose body cannot be used: Sentry has probably
/// executed the call.
inline call_failure unusable(std::string detail) {
    return {
        .kind = failure_kind::transient,
        .http_status = 200,
        .detail = std::move(detail),
        .in_doubt = true,
        .retry_after = {}
    };
}

}  // namespace tocsin::sentry
