#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/http/message.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <vector>

/// Refusals and failures as application/problem+json.
namespace tocsin::gateway {

/// The one mapping of expected failures to HTTP.
http::response problem_response(error const& failure);

/// For refusals that no endpoint made: those of the HTTP server, an unknown path.
http::response problem_of_status(int status, std::string_view detail);

/// For an exception that left a handler: `failure` keeps its meaning, a lost database is 503 `unavailable`,
/// anything else is 500 `internal`. That is logged here, once; the client gets only the request's id.
http::response problem_of_exception(std::exception_ptr thrown, http::request const& request);

/// Every `code` that a response can contain, sorted. A test compares them with the OpenAPI document.
std::vector<std::string> problem_codes();

}  // namespace tocsin::gateway
