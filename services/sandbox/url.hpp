#pragma once

#include <tocsin/http/client.hpp>
#include <tocsin/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sandbox {

/// An http or https URL, for a client.
struct url_parts {
    http::origin origin;
    std::string target;  ///< path and query, at least "/"
};
std::optional<url_parts> split_url(std::string_view url);

/// `host:port` of a listening address. The brackets of an IPv6 address are removed.
struct host_and_port {
    std::string host;
    std::uint16_t port = 0;
};
std::optional<host_and_port> split_host_port(std::string_view text);

/// The decoded pairs of an application/x-www-form-urlencoded text, in order. A `%` without two hex digits is
/// literal.
std::vector<http::query_parameter> decode_form(std::string_view text);
/// The first value with the name; empty if there is none.
std::string form_value(std::vector<http::query_parameter> const& form, std::string_view name);

/// `url` with the pairs appended to its query.
std::string with_query(std::string url, std::vector<std::pair<std::string, std::string>> const& pairs);

}  // namespace tocsin::sandbox
