#pragma once

#include <tocsin/http/client.hpp>
#include <tocsin/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sandbox {

/// An http or https URL, taken apart for a client.
struct split {
    http::origin origin;
    std::string target;  ///< path and query, at least "/"
};
std::optional<split> split_url(std::string_view url);

/// `host:port` of a listening address; the host may be an IPv6 address in brackets, which are taken off.
struct host_and_port {
    std::string host;
    std::uint16_t port = 0;
};
std::optional<host_and_port> split_host_port(std::string_view text);

/// The pairs of an application/x-www-form-urlencoded text, decoded, in order. A `%` without two hex digits
/// stands for itself.
std::vector<http::query_parameter> form_decoded(std::string_view text);
/// The first value of that name; empty where there is none.
std::string form_value(std::vector<http::query_parameter> const& form, std::string_view name);

/// `url` with the pairs appended to its query.
std::string with_query(std::string url, std::vector<std::pair<std::string, std::string>> const& pairs);

}  // namespace tocsin::sandbox
