#include <tocsin/integrations/refresh_rules.hpp>

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace tocsin;
using namespace tocsin::integrations;
using namespace std::chrono_literals;

namespace {

refresh_policy const policy{};

sentry::call_failure failed(sentry::failure_kind kind, int status, std::string detail = {}) {
    return {
        .kind = kind, .http_status = status, .detail = std::move(detail), .in_doubt = false, .retry_after = {}
    };
}

struct failure_case {
    char const* name;
    mode tested_mode;
    sentry::call_failure why;
    refresh_history history;
    status status;
    reason reason;
    int counted;
    bool retried;
};

using sentry::failure_kind;

sentry::call_failure oauth_refusal(std::string name) {
    auto why = failed(failure_kind::refused, name == "invalid_client" ? 401 : 400, name);
    why.oauth_error = std::move(name);
    return why;
}

refresh_history const early{0, false}, before_last{6, false}, last{7, false}, expired{0, true},
    last_expired{7, true};
refresh_history const not_due{7, true, false}, host_failing{7, true, true, true},
    without_comparison{8, true, true, false, true};
auto const refused = failed(failure_kind::refused, 401);
auto const transient = failed(failure_kind::transient, 503);
auto const limited = failed(failure_kind::rate_limited, 429);
auto const gone = failed(failure_kind::gone, 404);
auto const blocked = [] {
    auto why = failed(failure_kind::transient, 403);
    why.from_proxy = true;
    return why;
}();
auto const our_client = failed(failure_kind::refused, 401, "Invalid Client ID / Secret pair");

failure_case const failure_cases[]{
    {"refused once", mode::public_, refused, early, status::degraded, reason::refresh_failing, 1, true},
    {"refused before the last time",
     mode::public_,
     refused,
     before_last,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"refused for the last time",
     mode::public_,
     refused,
     last,
     status::disconnected,
     reason::refused,
     8,
     false},
    {"refused before it was due",
     mode::public_,
     refused,
     not_due,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"refused while the host is failing",
     mode::public_,
     refused,
     host_failing,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"refused for the last time, and no other integration was tried",
     mode::public_,
     refused,
     without_comparison,
     status::degraded,
     reason::refresh_failing,
     9,
     true},
    {"transient while the token is valid",
     mode::public_,
     transient,
     last,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"transient once it has expired",
     mode::public_,
     transient,
     expired,
     status::degraded,
     reason::refresh_failing,
     1,
     true},
    {"transient for the last time",
     mode::public_,
     transient,
     last_expired,
     status::disconnected,
     reason::expired,
     8,
     false},
    {"transient while the host is failing",
     mode::public_,
     transient,
     host_failing,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"blocked by a proxy once it has expired",
     mode::public_,
     blocked,
     last_expired,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"OAuth: blocked by a proxy once it has expired",
     mode::oauth,
     blocked,
     last_expired,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"internal: blocked by a proxy",
     mode::internal,
     blocked,
     last_expired,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"rate limited while the token is valid",
     mode::public_,
     limited,
     last,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"the installation is gone",
     mode::public_,
     gone,
     early,
     status::disconnected,
     reason::uninstalled,
     1,
     false},
    {"gone while the host is failing",
     mode::public_,
     gone,
     host_failing,
     status::disconnected,
     reason::uninstalled,
     8,
     false},
    {"our own client secret is rejected",
     mode::public_,
     our_client,
     last,
     status::degraded,
     reason::client_misconfigured,
     7,
     true},
    {"our own client secret is rejected, expired",
     mode::public_,
     our_client,
     last_expired,
     status::degraded,
     reason::client_misconfigured,
     7,
     true},
    {"OAuth: the grant is invalid",
     mode::oauth,
     oauth_refusal("invalid_grant"),
     early,
     status::disconnected,
     reason::refused,
     1,
     false},
    {"OAuth: our own client is rejected",
     mode::oauth,
     oauth_refusal("invalid_client"),
     last,
     status::degraded,
     reason::client_misconfigured,
     7,
     true},
    {"OAuth: another refusal",
     mode::oauth,
     oauth_refusal("invalid_request"),
     early,
     status::degraded,
     reason::refresh_failing,
     1,
     true},
    {"OAuth: a refusal without an error name",
     mode::oauth,
     refused,
     last,
     status::disconnected,
     reason::refused,
     8,
     false},
    {"OAuth: not found", mode::oauth, gone, early, status::degraded, reason::refresh_failing, 1, true},
    {"OAuth: transient", mode::oauth, transient, expired, status::degraded, reason::refresh_failing, 1, true},
    {"internal: the token is refused",
     mode::internal,
     refused,
     early,
     status::degraded,
     reason::refresh_failing,
     1,
     true},
    {"internal: refused for the last time",
     mode::internal,
     refused,
     last,
     status::disconnected,
     reason::refused,
     8,
     false},
    {"internal: transient for the last time",
     mode::internal,
     transient,
     last,
     status::degraded,
     reason::refresh_failing,
     7,
     true},
    {"internal: a refusal that names a client",
     mode::internal,
     our_client,
     last,
     status::disconnected,
     reason::refused,
     8,
     false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(refresh_rules)

BOOST_AUTO_TEST_CASE(refreshed_after_two_thirds_of_life_less_jitter_or_before_the_margin) {
    BOOST_TEST((refresh_delay(policy, 8h, 0) == 5h + 20min));
    // The largest jitter is a fifteenth of the life: 32 minutes.
    auto const earliest = refresh_delay(policy, 8h, (32ull * 60 * 1'000) - 1);
    BOOST_TEST((earliest >= 4h + 48min));
    BOOST_TEST((earliest < 4h + 49min));

    // A wide margin is earlier than two thirds, but never takes more than a third of the life.
    refresh_policy wide = policy;
    wide.margin = 4h;
    BOOST_TEST((refresh_delay(wide, 8h, 0) == 5h + 20min));
    BOOST_TEST((refresh_delay(policy, 30s, 0) == 20s));
    BOOST_TEST((refresh_delay(policy, -30s, 0) == 0s));
}

BOOST_AUTO_TEST_CASE(failures_are_judged) {
    for (auto const& row : failure_cases) {
        BOOST_TEST_CONTEXT(row.name) {
            auto const verdict = judge_failure(policy, row.tested_mode, row.why, row.history, 0);
            BOOST_TEST(to_string(verdict.status) == to_string(row.status));
            BOOST_TEST(to_string(verdict.reason) == to_string(row.reason));
            BOOST_TEST(verdict.failed_attempts == row.counted);
            BOOST_TEST(verdict.next_in.has_value() == row.retried);
        }
    }
}

BOOST_AUTO_TEST_CASE(host_fails_if_three_and_half_of_the_integrations_fail_and_none_succeeds) {
    BOOST_TEST(host_is_failing({3, 3, 0}));
    BOOST_TEST(host_is_failing({6, 3, 0}));
    BOOST_TEST(!host_is_failing({2, 2, 0}));
    BOOST_TEST(!host_is_failing({7, 3, 0}));
    BOOST_TEST(!host_is_failing({40, 39, 1}));
    BOOST_TEST(!host_is_failing({0, 0, 0}));
}

BOOST_AUTO_TEST_CASE(refresh_token_is_used_only_if_the_jwt_grant_is_not_offered) {
    BOOST_TEST(lacks_jwt_grant(failed(failure_kind::refused, 403, "Manual token refresh is not enabled")));
    BOOST_TEST(!lacks_jwt_grant(failed(failure_kind::refused, 401)));
    BOOST_TEST(!lacks_jwt_grant(failed(failure_kind::gone, 404)));
    BOOST_TEST(!lacks_jwt_grant(failed(failure_kind::transient, 503)));
    BOOST_TEST(!lacks_jwt_grant(blocked));
}

BOOST_AUTO_TEST_CASE(backoff_grows_to_its_limit_and_honors_retry_after) {
    for (auto const draw : {std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max()}) {
        BOOST_TEST((judge_failure(policy, mode::public_, refused, {0, false}, draw).next_in.value() >= 15s));
        BOOST_TEST((judge_failure(policy, mode::public_, refused, {0, false}, draw).next_in.value() <= 30s));
        BOOST_TEST((judge_failure(policy, mode::public_, refused, {6, false}, draw).next_in.value() >= 15min)
        );
        BOOST_TEST((judge_failure(policy, mode::public_, refused, {6, false}, draw).next_in.value() <= 30min)
        );
    }
    auto paused = limited;
    paused.retry_after = 600s;
    BOOST_TEST((judge_failure(policy, mode::public_, paused, {0, false}, 0).next_in.value() == 600s));
}

BOOST_AUTO_TEST_SUITE_END()
