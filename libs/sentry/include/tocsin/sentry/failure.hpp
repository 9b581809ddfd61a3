#pragma once

#include <tocsin/base/error.hpp>

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::sentry {

/// How a call to Sentry failed, as far as the answer (or its absence) tells.
enum class failure_kind {
    refused,       ///< 400, 401, 403, 409, 422: Sentry understood, and said no
    gone,          ///< 404: the installation or thing does not exist, or may not be seen
    rate_limited,  ///< 429
    transient,     ///< 5xx, no connection, no answer in time, an answer that is no answer (HTML, bad JSON, a
                   ///< redirect)
};
std::string_view to_string(failure_kind kind) noexcept;

struct call_failure {
    failure_kind kind = failure_kind::transient;
    int http_status = 0;  ///< 0 = no answer
    std::string detail;  ///< for operators and admins: Sentry's own short text, printable, at most 300 bytes;
                         ///< never a secret
    /// True where Sentry may have carried the call out although no usable answer came.
    bool in_doubt = false;
    std::optional<std::chrono::seconds> retry_after;  ///< as Retry-After or the reset header ask, 1 s to 1 h
    std::string oauth_error{};  ///< the name in an OAuth error answer ("invalid_grant"); empty elsewhere
    /// True where Sentry knows the token, and the token may not do this: its scopes, or its user's role, do
    /// not suffice. Trying again does not help.
    bool lacks_permission = false;
};

/// Makes `result::value()` of a failed call throw `failure`.
[[noreturn]] void throw_exception_from_error(call_failure const& why, boost::source_location const& where);

template <class T>
using call_result = boost::system::result<T, call_failure>;

/// What the API tells a client when Sentry did not do it: `sentry_refused` or `unavailable`, with the remedy.
error to_error(call_failure const& why, std::string_view what_was_tried);

}  // namespace tocsin::sentry
