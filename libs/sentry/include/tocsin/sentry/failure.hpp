#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/error.hpp>

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::sentry {

/// How a call to Sentry failed.
enum class failure_kind {
    refused,       ///< 400, 401, 403, 409, 422 from Sentry itself: it understood and refused
    gone,          ///< 404 from Sentry itself: it does not exist or is not visible
    rate_limited,  ///< 429
    /// 5xx, no connection, no response in time, an unusable response (bad JSON, a redirect), or any response
    /// that is not Sentry's own.
    transient,
};
inline constexpr enum_names<failure_kind, 4> failure_kind_names{{
    {failure_kind::refused, "refused"},
    {failure_kind::gone, "gone"},
    {failure_kind::rate_limited, "rate_limited"},
    {failure_kind::transient, "transient"},
}};
std::string_view to_string(failure_kind kind) noexcept;

struct call_failure {
    failure_kind kind = failure_kind::transient;
    int http_status = 0;  ///< 0: no response
    /// For operators and admins: Sentry's own short text, printable, at most 300 bytes, without secrets.
    std::string detail;
    bool in_doubt = false;                            ///< Sentry may have executed the call
    std::optional<std::chrono::seconds> retry_after;  ///< from Retry-After or the reset header, 1 s to 1 h
    std::string oauth_error{};  ///< the name in an OAuth error response ("invalid_grant"); else empty
    std::string code{};         ///< Sentry's name for what has to happen first ("sso-required"); else empty
    /// A firewall or a proxy responded instead of Sentry: proves nothing about the token or the integration.
    bool from_proxy = false;
    /// Sentry accepts the token, but its scopes or its user's role are not sufficient. A retry does not help.
    bool lacks_permission = false;
};

/// Whether Sentry refused the token itself, so that a new one may help. Other refusals with 401 ask the
/// person who authorized the token to do something first.
bool rejects_token(call_failure const& why) noexcept;

/// Makes `result::value()` of a failed call throw `failure`.
[[noreturn]] void throw_exception_from_error(call_failure const& why, boost::source_location const& where);

template <class T>
using call_result = boost::system::result<T, call_failure>;

/// The API's error for a failed call, with the remedy: `sentry_refused` or `unavailable`. `attempt` is what
/// Sentry was asked: "to list the projects".
error to_error(call_failure const& why, std::string_view attempt);

}  // namespace tocsin::sentry
