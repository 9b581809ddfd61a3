#pragma once

#include <tocsin/async/backoff.hpp>
#include <tocsin/config/options.hpp>
#include <tocsin/sentry/settings.hpp>

#include <chrono>

namespace tocsin::integrations {

/// When credentials are refreshed, and when refreshing is given up.
struct refresh_policy {
    async::backoff backoff{std::chrono::seconds(30), std::chrono::minutes(30)};
    int max_attempts = 8;                                         ///< counted failures that disconnect
    std::chrono::milliseconds margin = std::chrono::minutes(15);  ///< before expiry

    void read(config::reader& in) {
        using std::chrono::milliseconds;
        auto const base = in.duration(
            "TOCSIN_REFRESH_BACKOFF_BASE",
            backoff.base,
            {milliseconds(10), std::chrono::hours(1)},
            "wait after the first failed token refresh"
        );
        in.duration(
            "TOCSIN_REFRESH_BACKOFF_MAX",
            backoff.cap,
            {milliseconds(10), std::chrono::hours(24)},
            "longest wait between failed token refreshes"
        );
        if (backoff.base > backoff.cap) base.reject("must not be longer than TOCSIN_REFRESH_BACKOFF_MAX");
        in.integer(
            "TOCSIN_REFRESH_MAX_ATTEMPTS",
            max_attempts,
            {1, 1000},
            "an integration is disconnected after this many refusals by Sentry"
        );
        in.duration(
            "TOCSIN_REFRESH_MARGIN",
            margin,
            {milliseconds(0), std::chrono::days(7)},
            "a token is refreshed at least this long before it expires"
        );
    }
};

struct refresh_settings {
    refresh_policy policy;
    std::chrono::milliseconds poll = std::chrono::seconds(10);   ///< between rounds of the scheduler
    std::chrono::milliseconds lease = std::chrono::seconds(45);  ///< outlives the call to Sentry
    /// Of one call. No call begins that could outlive the lease.
    std::chrono::milliseconds call_timeout = sentry::client_settings{}.timeout;
    int batch = 16;  ///< credentials claimed, and concurrent calls to Sentry, per round

    void read(config::reader& in, sentry::client_settings const& client) {
        policy.read(in);
        in.duration(
            "TOCSIN_REFRESH_POLL",
            poll,
            {std::chrono::milliseconds(50), std::chrono::hours(1)},
            "how often the scheduler looks for tokens that are due for a refresh"
        );
        in.duration(
            "TOCSIN_REFRESH_LEASE",
            lease,
            {std::chrono::milliseconds(100), std::chrono::hours(1)},
            "how long a refresh is reserved for one process; longer than TOCSIN_SENTRY_TIMEOUT"
        );
        call_timeout = client.timeout;
        if (call_timeout >= lease)
            in.reject("TOCSIN_SENTRY_TIMEOUT", "must be shorter than TOCSIN_REFRESH_LEASE");
    }
};

}  // namespace tocsin::integrations
