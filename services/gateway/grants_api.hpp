#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/config/options.hpp>
#include <tocsin/grants/caller.hpp>
#include <tocsin/grants/grant_service.hpp>

namespace tocsin::gateway {

struct grant_parts {
    grants::grant_service& grants;
    grants::caller& caller;
    config::base_url public_url;  ///< for the links of lists
};

/// `grants`, and the calls of Sentry through them. The parts outlive the rows.
endpoints grant_endpoints(grant_parts parts);

}  // namespace tocsin::gateway
