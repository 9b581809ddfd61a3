#pragma once

#include <tocsin/base/uuid.hpp>

namespace tocsin::sentry {

/// How urgent a call is, the most urgent first.
enum class call_priority {
    exchange,   ///< of a code, which works once and for a short time
    refresh,    ///< of a token, before it expires
    person,     ///< waits for the response
    background  ///< can be made later
};

/// For whom calls are made. The organizations take turns, and a pause that Sentry asks for concerns one
/// integration.
struct caller {
    organization_id organization;
    integration_id integration;
    call_priority priority = call_priority::person;
};

}  // namespace tocsin::sentry
