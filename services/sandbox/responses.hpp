#pragma once

#include "model.hpp"

#include <tocsin/http/message.hpp>
#include <tocsin/json/writer.hpp>

#include <string>
#include <string_view>

/// Responses and requests in Sentry's form.
namespace tocsin::sandbox {

/// `{"detail":text}`, the form of Sentry's API errors.
http::response detail_response(int status, std::string_view text);
inline http::response not_found() {
    return detail_response(404, "The requested resource does not exist");
}
inline http::response forbidden() {
    return detail_response(403, "You do not have permission to perform this action.");
}
/// A page that may load only its own style and script.
http::response page(int status, std::string html);

/// `{"id","slug","name","platform"}`
void write_project_summary(json::writer& out, project const& project);

/// True if the request declares a JSON body.
bool is_json(http::request const& request);

}  // namespace tocsin::sandbox
