#include "admission.hpp"

#include "grammar.hpp"

#include <tocsin/base/text.hpp>

namespace tocsin::http {
namespace {

constexpr refusal coded{415, "content_encoding", "Content-Encoding is not accepted; send the body as it is."};
constexpr refusal not_json{415, "content_type", "The Content-Type must be application/json."};
constexpr refusal no_length{411, "no_length", "Content-Length is needed."};
constexpr refusal too_large{413, "body_too_large", "The body is larger than is accepted here."};
constexpr refusal no_body_taken{400, "body", "No body is taken here."};

bool needs_length(method m) noexcept {
    return m == method::post || m == method::put || m == method::patch;
}

bool is_identity(fields const& headers) {
    bool identity = true;
    for (auto const& [name, value] : headers.all()) {
        if (iequals(name, "Content-Encoding") && !iequals(value, "identity")) identity = false;
    }
    return identity;
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

std::optional<refusal> check_coding(route const* to, request_head const& head) {
    if (head.framing != body_framing::chunked) return std::nullopt;
    if (to != nullptr && to->accepts == route::transfer::sized_or_chunked) return std::nullopt;
    return encoded;
}

std::optional<refusal> check_body(route const& to, request_head const& head, fields const& headers) {
    if (!is_identity(headers)) return coded;
    bool const empty = !head.has_body();
    bool const json = to.body == body_kind::json || (to.body == body_kind::optional_json && !empty);
    if (json && !has_json_type(headers)) return not_json;
    // Without either, there is no body (RFC 9112, section 6.3): fine where none is needed.
    bool const framed = head.framing != body_framing::none;
    if (needs_length(to.method) && !framed && to.body != body_kind::optional_json) return no_length;
    if (to.body == body_kind::none && !empty) return no_body_taken;
    if (head.content_length.value_or(0) > to.max_body) return too_large;
    return std::nullopt;
}

}  // namespace tocsin::http
