#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

/// What went wrong, in the terms of the API: each value but `internal` is a `code` of the HTTP contract.
enum class errc {
    unauthenticated,      ///< 401: no or unknown credentials
    forbidden,            ///< 403: known, but not allowed
    not_found,            ///< 404: does not exist, or belongs to someone else
    invalid,              ///< 400: `fields` names what is wrong
    conflict,             ///< 409: the thing changed or exists already
    already_claimed,      ///< 409: a Sentry organization or installation belongs to another organization
    mode_not_configured,  ///< 409: this deployment lacks the settings of an integration mode
    other_organization,   ///< 409: a reconnect chose another Sentry organization
    illegal_transition,   ///< 409: an impossible move of an incident, or of an integration
    in_use,               ///< 409: something still points at it
    sentry_refused,       ///< 422: Sentry answered, and refused
    rate_limited,         ///< 429
    unavailable,          ///< 503: a dependency is away; trying again later may help
    internal,             ///< 500: a bug
};

/// The contract's name of a code ("not_found").
std::string_view to_string(errc code) noexcept;

/// One offending field: a JSON path such as `environments[2]` and what is wrong with it.
struct field_error {
    std::string path;
    std::string message;
};

/// An expected failure: what a caller is told. `detail` is one sentence for the person who meets it, with the
/// remedy where there is one; it never holds secrets or foreign organizations' data.
struct error {
    errc code = errc::internal;
    std::string detail;
    std::vector<field_error> fields = {};
    std::chrono::seconds retry_after{0};  ///< when to try again, where that is known
};

/// Expected failures travel as values; exceptions mean a bug or a lost dependency.
template <class T = void>
using result = boost::system::result<T, error>;

/// A failure that could not be handled where it arose, on its way to the one place per request that catches.
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
