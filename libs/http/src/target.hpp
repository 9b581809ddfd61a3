#pragma once

#include <tocsin/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::http {

/// The segments of a path that begins with '/', percent-decoded: "/" has none, "/a/" has "a" and "". Nothing
/// if an escape is malformed, or a decoded segment is "." or "..", or contains '/', '\', a control character,
/// or ill-formed UTF-8, because files, SQL, and logs read such text differently.
std::optional<std::vector<std::string>> decode_path(std::string_view path);

/// The `name=value` pairs of a query string in order; '+' is a space. Nothing if an escape is malformed, or a
/// text contains a NUL or ill-formed UTF-8.
std::optional<std::vector<query_parameter>> decode_query(std::string_view query);

}  // namespace tocsin::http
