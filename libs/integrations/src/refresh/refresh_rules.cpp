#include <tocsin/integrations/refresh_rules.hpp>

#include <algorithm>
#include <string>

namespace tocsin::integrations {

std::chrono::milliseconds refresh_delay(
    refresh_policy const& policy, std::chrono::milliseconds life, std::uint64_t draw
) {
    using std::chrono::milliseconds;
    life = std::max(life, milliseconds(0));
    auto const jitter_span = static_cast<std::uint64_t>(life.count() / 15);
    auto const jitter = milliseconds(jitter_span > 0 ? static_cast<std::int64_t>(draw % jitter_span) : 0);
    return std::min(life * 2 / 3 - jitter, life - std::min(policy.margin, life / 3));
}

bool host_is_failing(host_tally const& tally) noexcept {
    return tally.failed >= 3 && tally.refreshed == 0 && 2 * tally.failed >= tally.tried;
}

bool rejects_our_client(sentry::call_failure const& why) noexcept {
    // The names are OAuth's, the text is that of Sentry's sentry_app_authorizations.
    return why.oauth_error == "invalid_client" || why.oauth_error == "unauthorized_client" ||
           why.detail.find("Invalid Client ID / Secret pair") != std::string::npos;
}

bool lacks_jwt_grant(sentry::call_failure const& why) noexcept {
    // "Manual token refresh is not enabled for this organization"; "Invalid grant_type" in older versions.
    return why.kind == sentry::failure_kind::refused && why.http_status == 403;
}

refresh_verdict judge_failure(
    refresh_policy const& policy,
    mode m,
    sentry::call_failure const& why,
    refresh_history history,
    std::uint64_t draw
) {
    if (m == mode::public_ && why.kind == sentry::failure_kind::gone)
        return {status::disconnected, reason::uninstalled, history.failed_attempts + 1, std::nullopt};
    if (m == mode::oauth && why.oauth_error == "invalid_grant")
        return {status::disconnected, reason::refused, history.failed_attempts + 1, std::nullopt};

    bool const our_fault = m != mode::internal && rejects_our_client(why);
    bool const refused = why.kind == sentry::failure_kind::refused || why.kind == sentry::failure_kind::gone;
    bool const counts = !our_fault && !why.from_proxy && !history.host_failing && history.was_due &&
                        (refused || history.expired);
    int const failed = history.failed_attempts + (counts ? 1 : 0);
    if (counts && failed >= policy.max_attempts && !history.without_comparison)
        return {status::disconnected, refused ? reason::refused : reason::expired, failed, std::nullopt};

    auto next = policy.backoff.delay(static_cast<unsigned>(std::max(failed, 1)), draw);
    if (why.retry_after) next = std::max<std::chrono::milliseconds>(next, *why.retry_after);
    return {
        status::degraded, our_fault ? reason::client_misconfigured : reason::refresh_failing, failed, next
    };
}

}  // namespace tocsin::integrations
