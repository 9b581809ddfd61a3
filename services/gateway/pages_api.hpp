#pragma once

#include "gateway/endpoint.hpp"

#include <tocsin/notify/page_log.hpp>

namespace tocsin::gateway {

/// `pages`, and the alarm and pages of an incident. `log` outlives the rows.
endpoints page_endpoints(notify::page_log& log);

}  // namespace tocsin::gateway
