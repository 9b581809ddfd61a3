#include "grammar.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/http/message.hpp>

#include <boost/beast/http/status.hpp>

#include <stdexcept>

namespace tocsin::http {
namespace {

void append_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char const c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(digits[byte >> 4U]);
        out.push_back(digits[byte & 0xFU]);
    }
}

response with_body(int status, std::string_view type, std::string body) {
    response message{.status = status, .headers = {}, .body = std::move(body)};
    message.headers.add("Content-Type", type);
    return message;
}

}  // namespace

std::string_view to_string(method m) noexcept {
    switch (m) {
        case method::get:
            return "GET";
        case method::head:
            return "HEAD";
        case method::post:
            return "POST";
        case method::put:
            return "PUT";
        case method::patch:
            return "PATCH";
        case method::delete_:
            return "DELETE";
    }
    return "GET";
}

std::string_view request::capture(std::string_view name) const {
    for (auto const& [captured, value] : captures) {
        if (captured == name) return value;
    }
    throw std::out_of_range("the route has no capture " + std::string(name));
}

std::optional<std::string_view> request::query_value(std::string_view name) const noexcept {
    std::optional<std::string_view> result;
    for (auto const& parameter : query) {
        if (parameter.name != name) continue;
        if (result) return std::nullopt;
        result = parameter.value;
    }
    return result;
}

std::optional<std::string_view> request::cookie(std::string_view name) const noexcept {
    std::optional<std::string_view> result;
    for (auto const& [field, value] : headers.all()) {
        if (!iequals(field, "Cookie")) continue;
        for (std::string_view rest = value; !rest.empty();) {
            auto const semicolon = rest.find(';');
            auto const pair = trim_ows(rest.substr(0, semicolon));
            rest = semicolon == std::string_view::npos ? std::string_view{} : rest.substr(semicolon + 1);
            auto const equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
            if (result) return std::nullopt;
            result = pair.substr(equals + 1);
        }
    }
    return result;
}

response response::json(int status, std::string body) {
    return with_body(status, "application/json", std::move(body));
}
response response::text(int status, std::string body) {
    return with_body(status, "text/plain; charset=utf-8", std::move(body));
}
response response::no_content() {
    return {.status = 204, .headers = {}, .body = {}};
}
response response::see_other(std::string_view location) {
    response message{.status = 303, .headers = {}, .body = {}};
    message.headers.add("Location", location);
    return message;
}

std::string_view reason_phrase(int status) noexcept {
    // RFC 9110 renamed these two.
    if (status == 413) return "Content Too Large";
    if (status == 422) return "Unprocessable Content";
    auto const known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    if (known == boost::beast::http::status::unknown) return "Unknown";
    return boost::beast::http::obsolete_reason(known);
}

std::string form_encoded(std::vector<std::pair<std::string, std::string>> const& pairs) {
    std::string out;
    for (auto const& [name, value] : pairs) {
        if (!out.empty()) out.push_back('&');
        append_encoded(out, name);
        out.push_back('=');
        append_encoded(out, value);
    }
    return out;
}

std::string encoded_segment(std::string_view text) {
    std::string out;
    append_encoded(out, text);
    return out;
}

}  // namespace tocsin::http
