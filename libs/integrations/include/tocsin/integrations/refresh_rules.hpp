#pragma once

#include <tocsin/integrations/settings.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/failure.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace tocsin::integrations {

// When credentials are refreshed, and what a failure means. Pure: time and randomness are arguments.

/// The time from getting a token until it is refreshed: two thirds of its life less a jitter of up to a
/// fifteenth of it, or its life less min(margin, a third of it), whichever is shorter. `draw` is uniform over
/// 64 bits.
///
/// It is a duration because the clocks of this machine, of the database (which decides what is due), and of
/// Sentry may differ.
std::chrono::milliseconds refresh_delay(
    refresh_policy const& policy, std::chrono::milliseconds life, std::uint64_t draw
);

/// The state of the credential when an attempt fails.
struct refresh_history {
    int failed_attempts = 0;  ///< counted so far
    bool expired = false;     ///< the stored access token has expired
    bool was_due = true;      ///< attempts that a person or a call requested before that do not count
    /// The Sentry host fails for many integrations and works for none: Sentry or this deployment is at fault.
    bool host_failing = false;
    /// Others in this mode are connected, and none has been tried since this one began to fail: they show
    /// neither that Sentry and our client work nor that they do not.
    bool without_comparison = false;
};

/// The results of the refreshes at one Sentry host during a time.
struct host_tally {
    int tried = 0;      ///< integrations with a finished attempt
    int failed = 0;     ///< of these, the ones without a success
    int refreshed = 0;  ///< of these, the ones with a success
    int untried = 0;    ///< connected integrations of the same mode without an attempt
};
inline constexpr std::chrono::minutes host_window{10};

/// Whether a host fails for all integrations: it fails for at least three integrations and at least half of
/// those tried, and works for none.
bool host_is_failing(host_tally const& tally) noexcept;

/// Whether Sentry rejects the deployment's own client ID or secret, which is not the integration's fault.
bool rejects_our_client(sentry::call_failure const& why) noexcept;

struct refresh_verdict {
    integrations::status status = status::degraded;
    integrations::reason reason = reason::refresh_failing;
    int failed_attempts = 0;
    std::optional<std::chrono::milliseconds> next_in;  ///< none: no further attempt, a person must act
};

/// What a failed refresh means.
///
/// Two answers disconnect at once, if Sentry knows the client: an installation that is gone, and
/// `invalid_grant` (the caller holds the lease and has read the stored credential again, so no other refresh
/// has replaced it). A refusal of the deployment's own client and the response of a proxy never count, and no
/// failure counts while the host is failing. Other refusals always count, transient failures only once the
/// token has expired, and `max_attempts` of those disconnect, if there is a comparison. A pause that Sentry
/// asks for is honored if it is longer than the backoff.
refresh_verdict judge_failure(
    refresh_policy const& policy,
    mode m,
    sentry::call_failure const& why,
    refresh_history history,
    std::uint64_t draw
);

/// Whether a refusal of the jwt-bearer grant means that this Sentry does not offer it, so that the refresh
/// token has to be used.
bool lacks_jwt_grant(sentry::call_failure const& why) noexcept;

}  // namespace tocsin::integrations
