#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/http/server.hpp>
#include <tocsin/identity/principal.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::gateway {

/// One request on its way through an endpoint: who acts, and on which organization.
struct call {
    http::request& request;
    identity::principal who;  ///< empty where the permission is `anyone`
    std::optional<identity::membership>
        membership;  ///< set where the pattern has {org}; for an API token always

    organization_id organization() const { return membership.value().organization; }
    /// For what changes something: the audit log says who.
    db::tenant acting() const { return identity::acting(organization(), who); }
    std::string_view capture(std::string_view name) const { return request.capture(name); }
};

using endpoint_handler = std::function<async::task<result<http::response>>(call&)>;

/// One row of the API: its permission is part of the row, so there is no route without one.
struct endpoint {
    http::method method;
    std::string pattern;  ///< `{org}` stands for the organization's slug
    identity::permission permission;
    endpoint_handler handle;
    http::body_kind body = http::body_kind::none;
    std::size_t max_body = 64 * 1024;
};

using endpoints = std::vector<endpoint>;

/// The one place that turns an expected failure into HTTP: application/problem+json of the contract.
http::response to_response(error const& why);

}  // namespace tocsin::gateway
