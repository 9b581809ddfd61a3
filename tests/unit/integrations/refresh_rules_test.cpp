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
    BOOST_TEST((refresh_delay(policy, 8h, 0) == 5h + 20min));
    // The largest jitter is a fifteenth of the life: 32 minutes.
    auto const earliest = refresh_delay(policy, 8h, (32ull * 60 * 1'000) - 1);
    BOOST_TEST((earliest >= 4h + 48min));
    BOOST_TEST((earliest < 4h + 49min));

    // A wide margin comes before two thirds, but never takes more than a third of the life away.
    refresh_policy wide = policy;
    wide.margin = 4h;
    BOOST_TEST((refresh_delay(wide, 8h, 0) == 5h + 20min));
    BOOST_TEST((refresh_delay(policy, 30s, 0) == 20s));
    BOOST_TEST((refresh_delay(policy, -30s, 0) == 0s));
}

BOOST_AUTO_TEST_CASE(what_a_failure_means) {
    using sentry::failure_kind;
    auto const oauth_refusal = [](std::string name) {
        auto why = failed(failure_kind::refused, name == "invalid_client" ? 401 : 400, name);
        why.oauth_error = std::move(name);
        return why;
    };
    refresh_history const early{0, false}, before_last{6, false}, last{7, false}, expired{0, true},
        last_expired{7, true};
    refresh_history const unspaced{7, true, false}, of_many{7, true, true, true};
    auto const refused = failed(failure_kind::refused, 401);
    auto const transient = failed(failure_kind::transient, 503);
    auto const limited = failed(failure_kind::rate_limited, 429);
    auto const gone = failed(failure_kind::gone, 404);
    auto const our_client = failed(failure_kind::refused, 401, "Invalid Client ID / Secret pair");
    struct {
        char const* name;
        mode of;
        sentry::call_failure why;
        refresh_history history;
        status status;
        reason reason;
        int counted;
        bool tried_again;
    } const table[]{
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
        {"refused in between",
         mode::public_,
         refused,
         unspaced,
         status::degraded,
         reason::refresh_failing,
         7,
         true},
        {"refused as everybody is",
         mode::public_,
         refused,
         of_many,
         status::degraded,
         reason::refresh_failing,
         7,
         true},
        {"transient while the token lives",
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
        {"transient as for everybody",
         mode::public_,
         transient,
         of_many,
         status::degraded,
         reason::refresh_failing,
         7,
         true},
        {"rate limited while it lives",
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
        {"gone, in a storm", mode::public_, gone, of_many, status::disconnected, reason::uninstalled, 8, false
        },
        {"our own client secret",
         mode::public_,
         our_client,
         last,
         status::degraded,
         reason::client_misconfigured,
         7,
         true},
        {"our own client secret, expired",
         mode::public_,
         our_client,
         last_expired,
         status::degraded,
         reason::client_misconfigured,
         7,
         true},
        {"OAuth: the grant is dead",
         mode::oauth,
         oauth_refusal("invalid_grant"),
         early,
         status::disconnected,
         reason::refused,
         1,
         false},
        {"OAuth: our own client",
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
        {"OAuth: a refusal without a name",
         mode::oauth,
         refused,
         last,
         status::disconnected,
         reason::refused,
         8,
         false},
        {"OAuth: nothing there", mode::oauth, gone, early, status::degraded, reason::refresh_failing, 1, true
        },
        {"OAuth: transient",
         mode::oauth,
         transient,
         expired,
         status::degraded,
         reason::refresh_failing,
         1,
         true},
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
        {"internal: transient for ever",
         mode::internal,
         transient,
         last,
         status::degraded,
         reason::refresh_failing,
         7,
         true},
        {"internal: no client of ours is in it",
         mode::internal,
         our_client,
         last,
         status::disconnected,
         reason::refused,
         8,
         false},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(row.name) {
            auto const verdict = judge_failure(policy, row.of, row.why, row.history, 0);
            BOOST_TEST(to_string(verdict.status) == to_string(row.status));
            BOOST_TEST(to_string(verdict.reason) == to_string(row.reason));
            BOOST_TEST(verdict.failed_attempts == row.counted);
            BOOST_TEST(verdict.next_in.has_value() == row.tried_again);
        }
    }
}

BOOST_AUTO_TEST_CASE(many_that_fail_at_once_are_at_least_three_and_half_of_those_tried_and_none_succeeds) {
    BOOST_TEST(host_is_failing({3, 3, 0}));
    BOOST_TEST(host_is_failing({6, 3, 0}));
    BOOST_TEST(!host_is_failing({2, 2, 0}));
    BOOST_TEST(!host_is_failing({7, 3, 0}));
    BOOST_TEST(!host_is_failing({40, 39, 1}));
    BOOST_TEST(!host_is_failing({0, 0, 0}));
}

BOOST_AUTO_TEST_CASE(the_refresh_token_is_tried_only_where_the_jwt_grant_is_not_offered) {
    using sentry::failure_kind;
    BOOST_TEST(lacks_jwt_grant(failed(failure_kind::refused, 403, "Manual token refresh is not enabled")));
    BOOST_TEST(!lacks_jwt_grant(failed(failure_kind::refused, 401)));
    BOOST_TEST(!lacks_jwt_grant(failed(failure_kind::gone, 404)));
    BOOST_TEST(!lacks_jwt_grant(failed(failure_kind::transient, 503)));
}

BOOST_AUTO_TEST_CASE(backoff_grows_to_its_cap_and_grants_sentrys_wish) {
    auto const refused = failed(sentry::failure_kind::refused, 401);
    for (auto const draw : {std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max()}) {
        BOOST_TEST((judge_failure(policy, mode::public_, refused, {0, false}, draw).next_in.value() >= 15s));
        BOOST_TEST((judge_failure(policy, mode::public_, refused, {0, false}, draw).next_in.value() <= 30s));
        BOOST_TEST((judge_failure(policy, mode::public_, refused, {6, false}, draw).next_in.value() >= 15min)
        );
        BOOST_TEST((judge_failure(policy, mode::public_, refused, {6, false}, draw).next_in.value() <= 30min)
        );
    }
    auto limited = failed(sentry::failure_kind::rate_limited, 429);
    limited.retry_after = 600s;
    BOOST_TEST((judge_failure(policy, mode::public_, limited, {0, false}, 0).next_in.value() == 600s));
}

BOOST_AUTO_TEST_SUITE_END()
