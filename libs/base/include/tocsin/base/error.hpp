#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

/// The error codes of the API. Each value except `internal` is a `code` of the HTTP contract.
enum class errc {
    unauthenticated,      ///< 401: no or unknown credentials
    forbidden,            ///< 403: the credentials are valid, but do not allow this
    not_granted,          ///< 403: the grant does not allow this call
    missing_scope,        ///< 403: the integration lacks a permission in Sentry
    not_found,            ///< 404: does not exist, or belongs to another organization
    invalid,              ///< 400: `fields` lists the mistakes
    conflict,             ///< 409: the resource has changed, or exists already
    already_claimed,      ///< 409: a Sentry organization or installation belongs to another organization
    mode_not_configured,  ///< 409: this deployment lacks the settings of an integration mode
    other_organization,   ///< 409: a reconnect chose another Sentry organization
    illegal_transition,   ///< 409: an impossible transition of an incident or an integration
    in_use,               ///< 409: another resource still refers to it
    sentry_refused,       ///< 422: Sentry refused the request
    rate_limited,         ///< 429
    unavailable,          ///< 503: a dependency is not available; a later retry may help
    internal,             ///< 500: a bug
};

/// The name of a code in the contract ("not_found").
std::string_view to_string(errc code) noexcept;

/// A mistake in a request: a JSON path such as `environments[2]`, and the message about it.
struct field_error {
    std::string path;
    std::string message;
};

/// An expected failure. `detail` is one sentence for the user, with a remedy if there is one. It never
/// contains secrets or data of other organizations.
struct error {
    errc code = errc::internal;
    std::string detail;
    std::vector<field_error> fields = {};
    std::chrono::seconds retry_after{0};  ///< when to retry, if that is known
};

/// Expected failures are values. Exceptions mean a bug or a lost dependency.
template <class T = void>
using result = boost::system::result<T, error>;

/// An expected failure as an exception, for code that cannot return it. It is caught in one place per
/// request.
class failure : public std::runtime_error {
public:
    explicit failure(error what) : std::runtime_error(what.detail), error_(std::move(what)) {}
    error const& why() const noexcept { return error_; }

private:
    error error_;
};

/// Makes `result::value()` throw `failure` (found by argument-dependent lookup).
[[noreturn]] void throw_exception_from_error(error const& why, boost::source_location const& where);

}  // namespace tocsin
