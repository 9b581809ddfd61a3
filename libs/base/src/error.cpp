#include <tocsin/base/error.hpp>

namespace tocsin {

std::string_view to_string(errc code) noexcept {
    switch (code) {
        case errc::unauthenticated:
            return "unauthenticated";
        case errc::forbidden:
            return "forbidden";
        case errc::not_granted:
            return "not_granted";
        case errc::missing_scope:
            return "missing_scope";
        case errc::not_found:
            return "not_found";
        case errc::invalid:
            return "invalid";
        case errc::conflict:
            return "conflict";
        case errc::already_claimed:
            return "already_claimed";
        case errc::mode_not_configured:
            return "mode_not_configured";
        case errc::other_organization:
            return "other_organization";
        case errc::illegal_transition:
            return "illegal_transition";
        case errc::in_use:
            return "in_use";
        case errc::sentry_refused:
            return "sentry_refused";
        case errc::rate_limited:
            return "rate_limited";
        case errc::unavailable:
            return "unavailable";
        case errc::internal:
            return "internal";
    }
    return "internal";
}

void throw_exception_from_error(error const& why, boost::source_location const& /*where*/) {
    throw failure(why);
}

}  // namespace tocsin
