#pragma once

#include <tocsin/config/options.hpp>
#include <tocsin/sentry/app.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace tocsin::sentry {

struct client_settings {
    /// The operator's choice, so it may be any host, even in a private network or with plain HTTP. Regions,
    /// which Sentry's responses name, are called at public addresses only.
    config::base_url sentry{.https = true, .host = "sentry.io", .port = 443, .path = ""};
    std::chrono::milliseconds timeout = std::chrono::seconds(25);  ///< of one call, everything included
    std::string ca_file;  ///< a private CA in addition to the system's, for self-hosted Sentry
    std::string user_agent;
    /// Per host: concurrent calls, and calls per second; a call waits for its turn within its own timeout.
    /// Sentry's service allows a token 25 concurrent calls and 40 per second, which an organization's
    /// integrations share: a burst and the calls in the second after it stay at 40. After a 429, the host has
    /// a pause.
    int max_calls = 16;
    int calls_per_second = 20;
    int burst = calls_per_second;

    void read(config::reader& in) {
        in.url("TOCSIN_SENTRY_URL", sentry, "Sentry's own host, for OAuth and the API");
        in.duration(
            "TOCSIN_SENTRY_TIMEOUT",
            timeout,
            {std::chrono::milliseconds(100), std::chrono::minutes(5)},
            "limit for one call to Sentry"
        );
        in.integer(
            "TOCSIN_SENTRY_RATE", calls_per_second, {1, 10'000}, "calls to Sentry per second and process"
        );
        burst = calls_per_second;
    }
};

/// Nothing where none of its options is set.
std::optional<public_app> read_public_app(config::reader& in);
std::optional<oauth_app> read_oauth_app(config::reader& in);

}  // namespace tocsin::sentry
