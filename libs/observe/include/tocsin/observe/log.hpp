#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/error.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tocsin::observe {

enum class level { debug, info, warn, error };
inline constexpr enum_names<level, 4> level_names{
    {{level::debug, "debug"}, {level::info, "info"}, {level::warn, "warn"}, {level::error, "error"}}
};

enum class log_format { json, text };
inline constexpr enum_names<log_format, 2> log_format_names{
    {{log_format::json, "json"}, {log_format::text, "text"}}
};

/// A named value of a log line. It cannot be constructed from a `secret`.
struct field {
    field(std::string_view key, std::string_view content);
    field(std::string_view key, char const* content) : field(key, std::string_view(content)) {}
    field(std::string_view key, std::string const& content) : field(key, std::string_view(content)) {}
    template <std::integral T>
    field(std::string_view key, T content) : key(key), json(std::to_string(content)) {}
    field(std::string_view key, bool content) : key(key), json(content ? "true" : "false") {}

    std::string_view key;
    std::string json;  ///< the value as JSON, control characters escaped, at most 2 KiB
};

/// One JSON object per line on standard error: `{"time","level","event",...}`, or `time level event key=value
/// ...` as text. Set once at start, before threads; the default is json at level info. Callers must
/// not pass secrets; as a second defense, values are replaced by "[redacted]" if the name contains token,
/// secret, password, authorization, cookie, or verifier, or is `code`, `state`, `oauth_code`, or
/// `oauth_state` (`status_code` is shown).
void configure_log(level at_least, log_format format);

/// `event` is a short fixed phrase ("refresh failed"), never built from data. Thread-safe.
void log(level at, std::string_view event, std::initializer_list<field> fields = {});

inline void log_debug(std::string_view event, std::initializer_list<field> fields = {}) {
    log(level::debug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<field> fields = {}) {
    log(level::info, event, fields);
}
inline void log_warn(std::string_view event, std::initializer_list<field> fields = {}) {
    log(level::warn, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<field> fields = {}) {
    log(level::error, event, fields);
}

}  // namespace tocsin::observe
