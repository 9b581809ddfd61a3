#pragma once

#include <tocsin/config/options.hpp>

#include <chrono>

namespace tocsin::identity {

/// A session ends after `idle` without a request, and `max` after it began.
struct session_limits {
    std::chrono::milliseconds idle = std::chrono::hours(24);
    std::chrono::milliseconds max = std::chrono::days(30);

    void read(config::reader& in) {
        constexpr config::range<std::chrono::milliseconds> allowed{
            std::chrono::minutes(1), std::chrono::days(365)
        };
        auto const idle_option = in.duration(
            "TOCSIN_SESSION_IDLE", idle, allowed, "a session ends after this long without a request"
        );
        in.duration("TOCSIN_SESSION_MAX", max, allowed, "a session ends this long after signing in");
        if (idle > max) idle_option.reject("must not be longer than TOCSIN_SESSION_MAX");
    }
};

}  // namespace tocsin::identity
