#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/http/message.hpp>
#include <tocsin/json/writer.hpp>

#include <optional>
#include <string>

namespace tocsin::gateway {

/// `write(out, value)` writes one JSON value.
template <class T, class Write>
http::response json_response(int status, T const& value, Write const& write) {
    json::writer out;
    write(out, value);
    return http::response::json(status, out.take());
}

/// The value with `status`, or the error.
template <class T, class Write>
result<http::response> json_result(result<T> const& value, Write const& write, int status = 200) {
    if (!value) return value.error();
    return json_response(status, *value, write);
}

/// 204, or the error.
inline result<http::response> no_content_result(result<void> const& done) {
    if (!done) return done.error();
    return http::response::no_content();
}

/// Absent texts are null in the API.
inline std::optional<std::string> text_or_null(std::string const& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

/// The text of an optional id.
template <class Id>
std::optional<std::string> id_or_null(std::optional<Id> const& id) {
    return id ? std::optional(id->str()) : std::nullopt;
}

/// The reference to a service that incidents, mappings, and suggestions show.
template <class Service>
void write_service_ref(json::writer& out, Service const& service) {
    out.begin_object()
        .field("id", service.id.str())
        .field("slug", service.slug)
        .field("name", service.name)
        .end_object();
}

}  // namespace tocsin::gateway
