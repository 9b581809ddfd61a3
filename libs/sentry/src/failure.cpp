#include <tocsin/sentry/failure.hpp>

namespace tocsin::sentry {

std::string_view to_string(failure_kind kind) noexcept {
    switch (kind) {
        case failure_kind::refused:
            return "refused";
        case failure_kind::gone:
            return "gone";
        case failure_kind::rate_limited:
            return "rate_limited";
        case failure_kind::transient:
            break;
    }
    return "transient";
}

error to_error(call_failure const& why, std::string_view what_was_tried) {
    std::string const tried(what_was_tried);
    std::string const said = why.detail.empty() ? std::string() : " (" + why.detail + ")";
    switch (why.kind) {
        case failure_kind::refused:
            if (why.lacks_permission)
                return {
                    errc::sentry_refused,
                    "Sentry refused " + tried +
                        ": the token lacks a permission that this needs. Grant it in Sentry, then connect "
                        "again."
                };
            return {errc::sentry_refused, "Sentry refused " + tried + said + "."};
        case failure_kind::gone:
            return {errc::sentry_refused, "Sentry does not know what was asked for: " + tried + said + "."};
        case failure_kind::rate_limited:
            return {
                errc::unavailable,
                "Sentry asks us to slow down: " + tried + " was put off. Try again in a minute."
            };
        case failure_kind::transient:
            break;
    }
    return {
        errc::unavailable,
        "Sentry did not answer properly: " + tried + " failed" + said + ". Try again in a minute."
    };
}

void throw_exception_from_error(call_failure const& why, boost::source_location const&) {
    throw failure(to_error(why, "a call"));
}

}  // namespace tocsin::sentry
