#pragma once

#include "gateway/input.hpp"

#include <tocsin/http/server.hpp>
#include <tocsin/identity/principal.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tocsin::gateway {

using endpoint_handler = std::function<response_task(request_context&)>;

/// One row of the API. The permission is part of the row, so there is no route without one.
struct endpoint {
    http::method method;
    std::string pattern;  ///< `{org}` is the organization's slug
    identity::permission permission;
    endpoint_handler handle;
    http::body_kind body = http::body_kind::none;
    std::size_t max_body = 64 * 1024;
    std::vector<input_field> fields = {};
};

using endpoints = std::vector<endpoint>;

}  // namespace tocsin::gateway
