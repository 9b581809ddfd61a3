#pragma once

#include "payloads.hpp"
#include "sentry_json.hpp"

#include <string>

/// Shared by the bodies about issues and about alerts.
namespace tocsin::sandbox::payloads {

std::string api_url(origin const& origin, issue const& issue);
/// The issue as in `issue.created`.
std::string issue_with_links(origin const& origin, issue const& issue);
void write_texts(sentry_json::writer& out, std::string_view name, std::vector<std::string> const& texts);
/// The settings of an alert's action.
void write_settings(sentry_json::writer& out, std::vector<setting> const& settings);

}  // namespace tocsin::sandbox::payloads
