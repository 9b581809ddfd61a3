#include "sentry_json.hpp"

#include <tocsin/base/text.hpp>

#include <array>
#include <charconv>
#include <cstdint>

namespace tocsin::sandbox::sentry_json {

namespace {

void append_unit(std::string& out, std::uint32_t unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[(unit >> shift) & 0xF];
}

void append_code_point(std::string& out, std::uint32_t point) {
    if (point < 0x10000) return append_unit(out, point);
    append_unit(out, 0xD800 + ((point - 0x10000) >> 10));
    append_unit(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
}

/// The length of a valid UTF-8 sequence, from its first byte.
std::size_t sequence_length(std::uint8_t first) {
    if (first < 0x80) return 1;
    if (first < 0xE0) return 2;
    return first < 0xF0 ? 3 : 4;
}

void append_ascii(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\b':
            out += "\\b";
            return;
        default:
            break;
    }
    if (c >= ' ' && c <= '~') {
        out += c;
    } else {
        append_unit(out, static_cast<std::uint8_t>(c));
    }
}

}  // namespace

std::string quote(std::string_view text) {
    std::string valid;
    if (!is_utf8(text)) text = valid = repaired(text, text.size() * 3);
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size();) {
        auto const first = static_cast<std::uint8_t>(text[i]);
        auto const length = sequence_length(first);
        if (length == 1) {
            append_ascii(out, text[i]);
        } else {
            std::uint32_t point = first & (0xFFu >> (length + 1));
            for (std::size_t k = 1; k < length; ++k)
                point = (point << 6) | (static_cast<std::uint8_t>(text[i + k]) & 0x3Fu);
            append_code_point(out, point);
        }
        i += length;
    }
    return out += '"';
}

std::string real(double number) {
    // In fixed form, a double has at most 309 digits before or 1074 digits after the point.
    std::array<char, 1100> buffer{};
    auto const end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed).ptr;
    std::string out(buffer.data(), end);
    if (out.find('.') == std::string::npos) out += ".0";
    return out;
}

std::string date(timestamp at) {
    return to_rfc3339(at);
}

std::string iso_date(timestamp at) {
    auto text = to_rfc3339(at);
    text.pop_back();
    if (text.ends_with(".000000")) text.resize(text.size() - 7);
    return text + "+00:00";
}

std::string epoch(timestamp at) {
    return real(static_cast<double>(at.time_since_epoch().count()) / 1e6);
}

std::string serialize(json::value value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::boolean:
            return *value.as_bool() ? "true" : "false";
        case json::kind::number:
            return std::string(*value.as_number_text());
        case json::kind::string:
            return quote(*value.as_string());
        case json::kind::array: {
            std::string out = "[";
            for (std::size_t i = 0; i < value.size(); ++i)
                out += (i ? "," : "") + serialize(value.element(i));
            return out += ']';
        }
        case json::kind::object:
            break;
    }
    std::string out = "{";
    for (std::size_t i = 0; i < value.size(); ++i)
        out += (i ? "," : "") + quote(value.key(i)) + ":" + serialize(value.element(i));
    return out += '}';
}

}  // namespace tocsin::sandbox::sentry_json
