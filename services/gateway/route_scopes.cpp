#include "gateway/route_scopes.hpp"

#include <algorithm>
#include <array>

namespace tocsin::gateway {

namespace {

using enum identity::token_scope;
constexpr auto get = http::method::get;
constexpr auto post = http::method::post;
constexpr auto put = http::method::put;

constexpr std::array routes{
    scoped_route{get, "/api/v1/orgs/{org}/grants", call_grants},
    scoped_route{get, "/api/v1/orgs/{org}/grants/{id}", call_grants},
    scoped_route{post, "/api/v1/orgs/{org}/grants/{id}/call", call_grants},
    scoped_route{get, "/api/v1/orgs/{org}/grants/{id}/sentry/{path...}", call_grants},
    scoped_route{post, "/api/v1/orgs/{org}/grants/{id}/sentry/{path...}", call_grants},
    scoped_route{put, "/api/v1/orgs/{org}/grants/{id}/sentry/{path...}", call_grants},
    scoped_route{get, "/api/v1/orgs/{org}/approvals/{id}", call_grants},
    scoped_route{get, "/api/v1/orgs/{org}/incidents", read_incidents},
    scoped_route{get, "/api/v1/orgs/{org}/incidents/summary", read_incidents},
    scoped_route{get, "/api/v1/orgs/{org}/incidents/{number}", read_incidents},
    scoped_route{get, "/api/v1/orgs/{org}/incidents/{number}/timeline", read_incidents},
    scoped_route{get, "/api/v1/orgs/{org}/services", read_services},
    scoped_route{get, "/api/v1/orgs/{org}/services/{id}", read_services},
};

}  // namespace

std::span<scoped_route const> scoped_routes() noexcept {
    return routes;
}

std::optional<identity::token_scope> scope_of(http::method method, std::string_view pattern) noexcept {
    auto const found = std::ranges::find_if(routes, [&](scoped_route const& each) {
        return each.method == method && each.pattern == pattern;
    });
    return found == routes.end() ? std::nullopt : std::optional(found->scope);
}

}  // namespace tocsin::gateway
