#pragma once

#include <tocsin/base/time.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/writer.hpp>

#include <string>
#include <string_view>

/// JSON with the bytes of Sentry's webhooks, as Python's simplejson writes it with the separators "," and
/// ":". The signature covers exactly these bytes.
namespace tocsin::sandbox::sentry_json {

/// A JSON string literal in printable ASCII. Other characters are \uXXXX in lowercase hex, beyond the BMP as
/// a surrogate pair. `/` is not escaped.
std::string quote(std::string_view text);

/// The shortest decimal text that parses to the same number, without exponent and with a fraction (`1.0`).
std::string real(double number);

/// `2026-03-02T09:14:05.120000Z`, used everywhere except in `issue.created`.
std::string date(timestamp at);
/// `2026-03-02T09:14:05.120000+00:00`, without a fraction of zero (Python's isoformat).
std::string iso_date(timestamp at);
/// Unix seconds with a fraction.
std::string epoch(timestamp at);

/// Serializes a parsed value; numbers keep their text.
std::string serialize(json::value value);

/// Writes JSON in this form.
class writer {
public:
    writer& begin_object() { return out_.begin_object(), *this; }
    writer& begin_object(std::string_view key) { return out_.name(key).begin_object(), *this; }
    writer& end_object() { return out_.end_object(), *this; }
    writer& begin_array() { return out_.begin_array(), *this; }
    writer& begin_array(std::string_view key) { return out_.name(key).begin_array(), *this; }
    writer& end_array() { return out_.end_array(), *this; }
    writer& text(std::string_view content) { return out_.raw(quote(content)), *this; }
    writer& text(std::string_view key, std::string_view content) { return raw(key, quote(content)); }
    /// null if `content` is empty.
    writer& text_or_null(std::string_view key, std::string_view content) {
        return content.empty() ? null(key) : text(key, content);
    }
    writer& number(std::string_view key, std::int64_t content) { return raw(key, std::to_string(content)); }
    writer& flag(std::string_view key, bool content) { return raw(key, content ? "true" : "false"); }
    writer& null(std::string_view key) { return raw(key, "null"); }
    /// `json` must already be in this form.
    writer& raw(std::string_view key, std::string_view json) { return out_.name(key).raw(json), *this; }
    std::string take() { return out_.take(); }

private:
    json::writer out_;
};

}  // namespace tocsin::sandbox::sentry_json
