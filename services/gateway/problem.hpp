#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/http/message.hpp>

#include <exception>
#include <string_view>

namespace tocsin::gateway {

/// The answer to what no endpoint answered: a refusal by the HTTP server, an unknown path.
http::response problem_of_status(int status, std::string_view detail);

/// An exception that left a handler: an expected failure keeps its meaning, a lost database is 503
/// `unavailable`, anything else is 500 `internal` and is logged here, once, with the request's id; nothing of
/// it reaches the client but that id.
http::response problem_of_exception(std::exception_ptr why, http::request const& about);

}  // namespace tocsin::gateway
