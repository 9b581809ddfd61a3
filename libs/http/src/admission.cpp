#include "admission.hpp"

#include "grammar.hpp"

#include <tocsin/base/text.hpp>

namespace tocsin::http {
namespace {

constexpr refusal unsupported_encoding{
    415, "content_encoding", "Content-Encoding is not accepted; send the body without it."
};
constexpr refusal not_json{415, "content_type", "The Content-Type must be application/json."};
constexpr refusal no_length{411, "no_length", "Content-Length is required."};
constexpr refusal unwanted_body{400, "body", "No body is accepted here."};

bool needs_length(method m) noexcept {
    return m == method::post || m == method::put || m == method::patch;
}

bool is_identity(fields const& headers) {
    bool result = true;
    for (auto const& [name, value] : headers.all()) {
        if (iequals(name, "Content-Encoding") && !iequals(value, "identity")) result = false;
    }
    return result;
}

bool has_json_type(fields const& headers) {
    return headers.count("Content-Type") == 1 && is_json_type(*headers.find("Content-Type"));
}

}  // namespace

bool is_json_type(std::string_view content_type) {
    auto const semicolon = content_type.find(';');
    if (!iequals(trim_ows(content_type.substr(0, semicolon)), "application/json")) return false;
    if (semicolon == std::string_view::npos) return true;
    auto const parameter = trim_ows(content_type.substr(semicolon + 1));
    return iequals(parameter, "charset=utf-8") || iequals(parameter, "charset=\"utf-8\"");
}

std::optional<refusal> check_coding(route const* target, request_head const& head) {
    if (head.framing != body_framing::chunked) return std::nullopt;
    if (target != nullptr && target->accepts == route::transfer::sized_or_chunked) return std::nullopt;
    return unsupported_coding;
}

std::optional<refusal> check_body(route const& target, request_head const& head, fields const& headers) {
    if (!is_identity(headers)) return unsupported_encoding;
    bool const empty = !head.has_body();
    bool const json = target.body == body_kind::json || (target.body == body_kind::optional_json && !empty);
    if (json && !has_json_type(headers)) return not_json;
    // Without Content-Length and chunks there is no body (RFC 9112, section 6.3).
    bool const is_framed = head.framing != body_framing::none;
    if (needs_length(target.method) && !is_framed && target.body != body_kind::optional_json)
        return no_length;
    if (target.body == body_kind::none && !empty) return unwanted_body;
    if (head.content_length.value_or(0) > target.max_body) return body_too_large;
    return std::nullopt;
}

}  // namespace tocsin::http
