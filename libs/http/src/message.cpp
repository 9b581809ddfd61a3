#include "grammar.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/http/message.hpp>

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
    response answer{.status = status, .headers = {}, .body = std::move(body)};
    answer.headers.add("Content-Type", type);
    return answer;
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
    std::optional<std::string_view> found;
    for (auto const& parameter : query) {
        if (parameter.name != name) continue;
        if (found) return std::nullopt;
        found = parameter.value;
    }
    return found;
}

std::optional<std::string_view> request::cookie(std::string_view name) const noexcept {
    std::optional<std::string_view> found;
    for (auto const& [field, value] : headers.all()) {
        if (!iequals(field, "Cookie")) continue;
        for (std::string_view rest = value; !rest.empty();) {
            auto const semicolon = rest.find(';');
            auto const pair = trim_ows(rest.substr(0, semicolon));
            rest = semicolon == std::string_view::npos ? std::string_view{} : rest.substr(semicolon + 1);
            auto const equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
            if (found) return std::nullopt;
            found = pair.substr(equals + 1);
        }
    }
    return found;
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
    response answer{.status = 303, .headers = {}, .body = {}};
    answer.headers.add("Location", location);
    return answer;
}

std::string_view reason_phrase(int status) noexcept {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
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
