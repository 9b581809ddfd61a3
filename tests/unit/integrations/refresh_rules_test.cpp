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

}  // namespace

BOOST_AUTO_TEST_SUITE(refresh_rules)

BOOST_AUTO_TEST_CASE(renewed_after_two_thirds_of_life_less_jitter_or_before_the_margin) {
    BOOST_TEST((renew_after(policy, 8h, 0) == 5h + 20min));
    // The largest jitter is a fifteenth of the life: 32 minutes.
    auto const earliest = renew_after(policy, 8h, (32ull * 60 * 1'000) - 1);
    BOOST_TEST((earliest >= 4h + 48min));
    BOOST_TEST((earliest < 4h + 49min));

    // A wide margin comes before two thirds, but never takes more than a third of the life away.
    refresh_policy wide = policy;
    wide.margin = 4h;
    BOOST_TEST((renew_after(wide, 8h, 0) == 5h + 20min));
    BOOST_TEST((renew_after(policy, 30s, 0) == 20s));
    BOOST_TEST((renew_after(policy, -30s, 0) == 0s));
}

BOOST_AUTO_TEST_CASE(what_a_failure_means) {
    using sentry::failure_kind;
    struct {
        char const* name;
        sentry::call_failure why;
        refresh_history history;
        status status;
        reason reason;
        int counted;
        bool tried_again;
    } const table[]{
        {"refused once",
         failed(failure_kind::refused, 401),
         {0, false},
         status::degraded,
         reason::refresh_failing,
         1,
         true},
        {"refused before the last time",
         failed(failure_kind::refused, 403),
         {6, false},
         status::degraded,
         reason::refresh_failing,
         7,
         true},
        {"refused for the last time",
         failed(failure_kind::refused, 400),
         {7, false},
         status::disconnected,
         reason::refused,
         8,
         false},
        {"transient while the token lives",
         failed(failure_kind::transient, 503),
         {7, false},
         status::degraded,
         reason::refresh_failing,
         7,
         true},
        {"no answer while the token lives",
         failed(failure_kind::transient, 0),
         {0, false},
         status::degraded,
         reason::refresh_failing,
         0,
         true},
        {"transient once it has expired",
         failed(failure_kind::transient, 500),
         {0, true},
         status::degraded,
         reason::refresh_failing,
         1,
         true},
        {"transient for the last time",
         failed(failure_kind::transient, 500),
         {7, true},
         status::disconnected,
         reason::expired,
         8,
         false},
        {"rate limited while it lives",
         failed(failure_kind::rate_limited, 429),
         {7, false},
         status::degraded,
         reason::refresh_failing,
         7,
         true},
        {"the installation is gone",
         failed(failure_kind::gone, 404),
         {0, false},
         status::disconnected,
         reason::uninstalled,
         1,
         false},
        {"our own client secret",
         failed(failure_kind::refused, 401, "Invalid Client ID / Secret pair"),
         {7, false},
         status::degraded,
         reason::client_misconfigured,
         7,
         true},
        {"our own client secret, expired",
         failed(failure_kind::refused, 401, "Invalid Client ID / Secret pair"),
         {7, true},
         status::degraded,
         reason::client_misconfigured,
         7,
         true},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(row.name) {
            auto const verdict = judge_failure(policy, row.why, row.history, 0);
            BOOST_TEST(to_string(verdict.status) == to_string(row.status));
            BOOST_TEST(to_string(verdict.reason) == to_string(row.reason));
            BOOST_TEST(verdict.failed_attempts == row.counted);
            BOOST_TEST(verdict.next_in.has_value() == row.tried_again);
        }
    }
}

BOOST_AUTO_TEST_CASE(backoff_grows_to_its_cap_and_grants_sentrys_wish) {
    auto const refused = failed(sentry::failure_kind::refused, 401);
    for (auto const draw : {std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max()}) {
        BOOST_TEST((judge_failure(policy, refused, {0, false}, draw).next_in.value() >= 15s));
        BOOST_TEST((judge_failure(policy, refused, {0, false}, draw).next_in.value() <= 30s));
        BOOST_TEST((judge_failure(policy, refused, {6, false}, draw).next_in.value() >= 15min));
        BOOST_TEST((judge_failure(policy, refused, {6, false}, draw).next_in.value() <= 30min));
    }
    auto limited = failed(sentry::failure_kind::rate_limited, 429);
    limited.retry_after = 600s;
    BOOST_TEST((judge_failure(policy, limited, {0, false}, 0).next_in.value() == 600s));
}

BOOST_AUTO_TEST_SUITE_END()
