#include <tocsin/sentry/failure.hpp>

namespace tocsin::sentry {

std::string_view to_string(failure_kind kind) noexcept {
    return name_of(failure_kind_names, kind);
}

error to_error(call_failure const& why, std::string_view attempt) {
    std::string const tried(attempt);
    std::string const reason = why.detail.empty() ? std::string() : " (" + why.detail + ")";
    switch (why.kind) {
        case failure_kind::refused:
            if (why.lacks_permission)
                return {
                    errc::sentry_refused,
                    "Sentry refused " + tried +
                        ": the token lacks a required permission. Grant it in Sentry, then connect again."
                };
            return {errc::sentry_refused, "Sentry refused " + tried + reason + "."};
        case failure_kind::gone:
            return {
                errc::sentry_refused,
                "Sentry answered that something does not exist when asked " + tried + reason + "."
            };
        case failure_kind::rate_limited:
            return {
                errc::unavailable,
                "Sentry limits the rate of requests and refused " + tried + " for now. Try again in a minute."
            };
        case failure_kind::transient:
            break;
    }
    return {errc::unavailable, "Sentry failed " + tried + reason + ". Try again in a minute."};
}

void throw_exception_from_error(call_failure const& why, boost::source_location const&) {
    throw failure(to_error(why, "to execute a call"));
}

}  // namespace tocsin::sentry
