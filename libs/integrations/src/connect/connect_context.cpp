#include "connect/connect_context.hpp"

namespace tocsin::integrations {

connect_refusal refusal_of(sentry::call_failure const& why) {
    if (rejects_our_client(why)) return connect_refusal::not_configured;
    return why.kind == sentry::failure_kind::refused || why.kind == sentry::failure_kind::gone
               ? connect_refusal::sentry_refused
               : connect_refusal::unavailable;
}

result<bool> judge_failed_repair(mode m, sentry::call_failure const& why) {
    if (rejects_our_client(why))
        return error{
            errc::sentry_refused, std::string(remedy(m, status::degraded, reason::client_misconfigured))
        };
    if (refusal_of(why) == connect_refusal::sentry_refused) return false;
    return sentry::to_error(why, "to refresh the access");
}

}  // namespace tocsin::integrations
