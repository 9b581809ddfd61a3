#pragma once

#include <tocsin/async/backoff.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/failure.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tocsin::integrations {

/// When credentials are renewed, and what their failures mean: pure, time and chance come in as arguments.
struct refresh_policy {
    async::backoff backoff{std::chrono::seconds(30), std::chrono::minutes(30)};
    int max_attempts = 8;                           ///< counted failures that disconnect
    std::chrono::milliseconds margin{15 * 60'000};  ///< before expiry
};

/// How long a fresh token is used before it is renewed: two thirds of its life less a jitter of up to a
/// fifteenth of it, or its life less min(margin, a third of it), whichever is shorter. `draw` is uniform over
/// 64 bits.
///
/// A duration, since the clocks of this machine, of the database (which says what is due) and of Sentry need
/// not agree.
std::chrono::milliseconds renew_after(
    refresh_policy const& policy, std::chrono::milliseconds life, std::uint64_t draw
);

/// What is known of the credential when an attempt fails.
struct refresh_history {
    int failed_attempts = 0;  ///< counted so far
    bool expired = false;     ///< the stored access token's life is over
    bool spaced = true;       ///< it was due: tries that a person or a call asked for in between never count
    /// Sentry's host fails for many integrations and for none it works: the fault is ours, or Sentry's.
    bool everybody_fails = false;
};

/// What the renewals of the last `host_window` on one Sentry host came to.
struct host_tally {
    int tried = 0;   ///< integrations with a finished attempt
    int failed = 0;  ///< of these, those without a success
    int renewed = 0;
};
inline constexpr std::chrono::minutes host_window{10};

/// Whether a host fails for everybody: at least three integrations, at least half of those tried, none
/// succeeding.
bool everybody_fails(host_tally const& of) noexcept;

/// Whether a refusal is about the deployment's own client id or secret: nobody else's fault.
bool names_our_client(sentry::call_failure const& why) noexcept;

struct refresh_verdict {
    integrations::status status = status::degraded;
    integrations::reason reason = reason::refresh_failing;
    int failed_attempts = 0;
    std::optional<std::chrono::milliseconds> next_in;  ///< nothing: no further try, a person must act
};

/// The meaning of a failed renewal. At once disconnect what Sentry says about this integration alone, to a
/// client that it knows: an installation that is gone, and `invalid_grant` (the caller holds the lease and
/// has read the stored credential again, so no other renewal has replaced it). A refusal that names the
/// deployment's own client never counts, and nothing counts while the host fails for everybody. Other
/// refusals count always and everything transient only once the token has expired, and `max_attempts` of
/// those disconnect. Sentry's wish for a pause is granted where it is longer than the backoff.
refresh_verdict judge_failure(
    refresh_policy const& policy,
    mode of,
    sentry::call_failure const& why,
    refresh_history history,
    std::uint64_t draw
);

/// Whether a refusal of the jwt-bearer grant says that Sentry does not offer it here, so that the refresh
/// token is to be tried instead.
bool lacks_jwt_grant(sentry::call_failure const& why) noexcept;

}  // namespace tocsin::integrations
