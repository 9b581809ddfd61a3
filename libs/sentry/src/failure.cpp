#include <tocsin/sentry/failure.hpp>

namespace tocsin::sentry {

namespace {

/// What the person who authorized the token has to do, by Sentry's name for it; empty if it is unknown.
std::string_view instruction_of(std::string_view code) noexcept {
    if (code == "sso-required")
        return "the organization requires single sign-on. The person who authorized the access signs in to Sentry with it, then tries again.";
    if (code == "2fa-required")
        return "the organization requires two-factor authentication. The person who authorized the access turns it on in Sentry, then tries again.";
    if (code == "member-disabled-over-limit")
        return "the person who authorized the access is disabled there, because the organization has too many members. An owner of it enables that person in Sentry, or another person connects again.";
    return {};
}

}  // namespace

std::string_view to_string(failure_kind kind) noexcept {
    return name_of(failure_kind_names, kind);
}

bool rejects_token(call_failure const& why) noexcept {
    return why.kind == failure_kind::refused && why.http_status == 401 && why.code.empty();
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
            if (auto const instruction = instruction_of(why.code); !instruction.empty())
                return {errc::sentry_refused, "Sentry refused " + tried + ": " + std::string(instruction)};
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
            if (why.from_proxy)
                return {
                    errc::unavailable,
                    "Tocsin asked Sentry " + tried + ", but " + why.detail +
                        ". Your operator can check what is between Tocsin and Sentry."
                };
            break;
    }
    return {errc::unavailable, "Sentry failed " + tried + reason + ". Try again in a minute."};
}

void throw_exception_from_error(call_failure const& why, boost::source_location const&) {
    throw failure(to_error(why, "to execute a call"));
}

}  // namespace tocsin::sentry
