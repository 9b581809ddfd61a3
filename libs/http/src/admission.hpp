#pragma once

#include "framing.hpp"

#include <tocsin/http/server.hpp>

#include <optional>

namespace tocsin::http {

/// Decisions about a request's body, before any of it is read. Pure functions.

/// Refuses a chunked body unless the route accepts it. `target` is null if no route matches.
std::optional<refusal> check_coding(route const* target, request_head const& head);

/// Refuses a body whose encoding, type, or length the route does not take.
std::optional<refusal> check_body(route const& target, request_head const& head, fields const& headers);

/// True for `application/json`, alone or with charset=utf-8.
bool is_json_type(std::string_view content_type);

}  // namespace tocsin::http
