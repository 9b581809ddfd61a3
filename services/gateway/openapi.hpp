#pragma once

#include <tocsin/http/server.hpp>

#include <string_view>

namespace tocsin::gateway {

/// The OpenAPI 3.1 document of the API (openapi/README.md), embedded in the program.
std::string_view openapi_document() noexcept;

/// `GET /api/openapi.json`.
http::route openapi_route();

}  // namespace tocsin::gateway
