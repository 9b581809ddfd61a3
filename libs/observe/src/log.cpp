#include "line_limit.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/observe/log.hpp>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

namespace tocsin::observe {

namespace {

constexpr std::size_t longest_value = 2048;
constexpr std::string_view redacted = R"("[redacted]")";

/// spdlog separates the lines of threads; level and format are set here.
struct output {
    std::atomic<level> at_least = level::info;
    std::atomic<log_format> format = log_format::json;
    line_limit limit;  ///< of warnings and errors
    spdlog::logger lines;

    output() : lines("tocsin", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        lines.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
        lines.set_level(spdlog::level::trace);
        // A full disk behind standard error must not stop the service.
        lines.set_error_handler([](std::string const&) {});
    }
};

output& the_output() {
    static output instance;
    return instance;
}

/// Words that mark a secret anywhere in a name, and words that do so only as the whole name:
/// `status_code` is not a secret.
bool speaks_of_secret(std::string_view key) {
    constexpr std::array<std::string_view, 6> anywhere{
        "token", "secret", "password", "authorization", "cookie", "verifier"
    };
    constexpr std::array<std::string_view, 4> alone{"code", "state", "oauth_code", "oauth_state"};
    auto const name = to_lower(key);
    return std::any_of(
               anywhere.begin(),
               anywhere.end(),
               [&](auto word) { return name.find(word) != std::string::npos; }
           ) ||
           std::find(alone.begin(), alone.end(), name) != alone.end();
}

std::string_view shown(field const& each) {
    return speaks_of_secret(each.key) ? redacted : std::string_view(each.json);
}

std::string json_line(
    level at, std::string_view event, std::initializer_list<field> fields, std::uint64_t left_out
) {
    std::string line = R"({"time":")" + to_rfc3339(system_clock().now()) + R"(","level":")";
    line += name_of(level_names, at);
    line += R"(","event":)";
    line += json_quoted(event);
    for (auto const& each : fields) {
        line += ',';
        line += json_quoted(each.key);
        line += ':';
        line += shown(each);
    }
    if (left_out > 0) line += R"(,"left_out":)" + std::to_string(left_out);
    line += '}';
    return line;
}

std::string text_line(
    level at, std::string_view event, std::initializer_list<field> fields, std::uint64_t left_out
) {
    std::string line = to_rfc3339(system_clock().now()) + ' ';
    line += name_of(level_names, at);
    line += ' ';
    line += printable(event);
    for (auto const& each : fields) {
        line += ' ';
        line += printable(each.key);
        line += '=';
        line += shown(each);
    }
    if (left_out > 0) line += " left_out=" + std::to_string(left_out);
    return line;
}

/// Escapes lengthen a text, so the size that fits is found by trial.
std::string bounded_json(std::string_view content) {
    auto most = longest_value - 2;
    while (true) {
        auto quoted = json_quoted(repaired(content, most));
        if (quoted.size() <= longest_value) return quoted;
        most = most * longest_value / quoted.size();
    }
}

}  // namespace

field::field(std::string_view key, std::string_view content) : key(key), json(bounded_json(content)) {}

void configure_log(level at_least, log_format format) {
    the_output().at_least = at_least;
    the_output().format = format;
}

void log(level at, std::string_view event, std::initializer_list<field> fields) {
    auto& to = the_output();
    if (at < to.at_least.load(std::memory_order_relaxed)) return;
    auto const left_out = at < level::warn ? std::optional<std::uint64_t>(0)
                                           : to.limit.admit(event, std::chrono::steady_clock::now());
    if (!left_out) return;
    bool const as_json = to.format.load(std::memory_order_relaxed) == log_format::json;
    to.lines.log(
        spdlog::level::info,
        as_json ? json_line(at, event, fields, *left_out) : text_line(at, event, fields, *left_out)
    );
}

}  // namespace tocsin::observe
