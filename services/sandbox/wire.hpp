#pragma once

#include <tocsin/base/time.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/writer.hpp>

#include <string>
#include <string_view>

/// The byte form of Sentry's webhook bodies: what Python's simplejson writes with separators "," and ":". The
/// signature is made over exactly these bytes.
namespace tocsin::sandbox::wire {

/// A JSON string literal in printable ASCII: everything else is \uXXXX in lower-case hex, astral characters
/// as a surrogate pair. `/` stays as it is.
std::string quoted(std::string_view text);

/// Shortest decimal text that reads back as the same number, never in exponent form, always with a fraction:
/// `1.0`.
std::string real(double number);

/// `2026-03-02T09:14:05.120000Z`: every date but those of `issue.created`.
std::string date(timestamp at);
/// `2026-03-02T09:14:05.120000+00:00`, without the fraction where it is zero (Python's isoformat).
std::string iso_date(timestamp at);
/// Seconds since 1970 with their fraction, as a number.
std::string epoch(timestamp at);

/// A value of a parsed document in this form; numbers as they stood.
std::string serialized(json::value what);

/// A writer whose texts are in this form.
class writer {
public:
    writer& begin_object() { return out_.begin_object(), *this; }
    writer& begin_object(std::string_view key) { return out_.name(key).begin_object(), *this; }
    writer& end_object() { return out_.end_object(), *this; }
    writer& begin_array() { return out_.begin_array(), *this; }
    writer& begin_array(std::string_view key) { return out_.name(key).begin_array(), *this; }
    writer& end_array() { return out_.end_array(), *this; }
    writer& text(std::string_view content) { return out_.raw(quoted(content)), *this; }
    writer& text(std::string_view key, std::string_view content) { return raw(key, quoted(content)); }
    /// null where `content` is empty.
    writer& text_or_null(std::string_view key, std::string_view content) {
        return content.empty() ? null(key) : text(key, content);
    }
    writer& number(std::string_view key, std::int64_t content) { return raw(key, std::to_string(content)); }
    writer& flag(std::string_view key, bool content) { return raw(key, content ? "true" : "false"); }
    writer& null(std::string_view key) { return raw(key, "null"); }
    /// JSON that is already in this form.
    writer& raw(std::string_view key, std::string_view json) { return out_.name(key).raw(json), *this; }
    std::string take() { return out_.take(); }

private:
    json::writer out_;
};

}  // namespace tocsin::sandbox::wire
