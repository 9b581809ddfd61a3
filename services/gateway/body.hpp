#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/http/message.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/reader.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::gateway {

/// The JSON object of a request; an empty body counts as `{}`.
result<json::document> read_object(http::request const& request);

/// The id of a service in a body's `service_id`, where there is a text: a problem of the reader's where it is
/// none.
std::optional<service_id> read_service(json::reader& in, std::optional<std::string> const& text);

/// A list filter that may be repeated or separated by commas.
std::vector<std::string> query_list(http::request const& request, std::string_view name);
std::optional<std::string> query_text(http::request const& request, std::string_view name);
/// A time in RFC 3339; invalid where it is none.
result<std::optional<timestamp>> query_time(http::request const& request, std::string_view name);
/// invalid where a value is not among the known ones.
result<void> check_words(
    std::string_view name,
    std::vector<std::string> const& values,
    std::initializer_list<std::string_view> known
);
error bad_query(std::string_view name, std::string message);

}  // namespace tocsin::gateway
