#pragma once

#include "context.hpp"

#include <tocsin/http/server.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::sandbox {

/// Collects the routes of the areas. Every route of an area counts its calls and applies the faults that are
/// armed for the area.
class route_table {
public:
    using handler = std::function<http::response(http::request&)>;

    explicit route_table(sandbox_context& context) : context_(&context) {}

    /// `area` must be a literal; empty: a route of the sandbox itself, without faults.
    void add(http::method method, std::string pattern, std::string_view area, handler handle);
    void add_async(http::method method, std::string pattern, std::string_view area, http::handler handle);
    std::vector<http::route> take() { return std::move(routes_); }

private:
    sandbox_context* context_;
    std::vector<http::route> routes_;
};

void add_authorization_routes(route_table& table, sandbox_context& context);    ///< authorizations.cpp
void add_oauth_authorize_routes(route_table& table, sandbox_context& context);  ///< oauth_authorize.cpp
void add_oauth_token_routes(route_table& table, sandbox_context& context);      ///< oauth_token.cpp
void add_installation_routes(route_table& table, sandbox_context& context);     ///< installations.cpp
void add_consent_routes(route_table& table, sandbox_context& context);          ///< consent.cpp
void add_organization_routes(route_table& table, sandbox_context& context);     ///< api_organizations.cpp
void add_issue_routes(route_table& table, sandbox_context& context);            ///< api_issues.cpp
void add_event_routes(route_table& table, sandbox_context& context);            ///< api_events.cpp
void add_release_routes(route_table& table, sandbox_context& context);          ///< api_releases.cpp
void add_control_organization_routes(
    route_table& table, sandbox_context& context
);  ///< control_organizations.cpp
void add_control_installation_routes(
    route_table& table, sandbox_context& context
);  ///< control_installations.cpp
void add_control_internal_routes(route_table& table, sandbox_context& context);  ///< control_internal.cpp
void add_control_issue_routes(route_table& table, sandbox_context& context);     ///< control_issues.cpp
void add_control_metric_routes(route_table& table, sandbox_context& context);    ///< control_metric.cpp
void add_control_oauth_routes(route_table& table, sandbox_context& context);     ///< control_oauth.cpp
void add_control_settings_routes(route_table& table, sandbox_context& context);  ///< control_settings.cpp
void add_control_state_routes(route_table& table, sandbox_context& context);     ///< control_state.cpp
void add_control_webhook_routes(route_table& table, sandbox_context& context);   ///< control_webhooks.cpp
void add_page_routes(route_table& table, sandbox_context& context);              ///< pages.cpp

}  // namespace tocsin::sandbox
