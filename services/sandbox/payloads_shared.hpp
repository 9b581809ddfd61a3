#pragma once

#include "payloads.hpp"
#include "sentry_json.hpp"

#include <string>

/// Shared by the bodies about issues and about alerts.
namespace tocsin::sandbox::payloads {

std::string api_url(origin const& origin, issue const& issue);
void write_metadata(sentry_json::writer& out, issue const& issue);

}  // namespace tocsin::sandbox::payloads
