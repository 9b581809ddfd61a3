#pragma once

#include "framing.hpp"

#include <tocsin/http/server.hpp>

#include <optional>

namespace tocsin::http {

/// Refuses a chunked body that is not for a route that accepts it; `to` is null where no route matches. Pure.
std::optional<refusal> check_coding(route const* to, request_head const& head);

/// Whether a route takes a body that was announced as `head` does: encoding, type, then length, before
/// anything of it is read. Pure.
std::optional<refusal> check_body(route const& to, request_head const& head, fields const& headers);

/// `application/json`, alone or with charset=utf-8.
bool is_json_type(std::string_view content_type);

}  // namespace tocsin::http
