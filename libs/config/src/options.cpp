#include <tocsin/base/text.hpp>
#include <tocsin/config/options.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace tocsin::config {

namespace {

constexpr std::size_t shown_bytes = 80;
/// No option is longer; a wrong path (a log, a device) must not fill the memory.
constexpr std::size_t largest_file = 1 << 20;

/// What stands there, unless it must not be shown.
std::string shown(option const& of, std::string_view content) {
    return of.shows == secrecy::hidden ? "the value" : '"' + printable(content, shown_bytes) + '"';
}

/// A duration in the largest unit that divides it.
std::string to_text(std::chrono::milliseconds duration) {
    constexpr std::array<std::pair<std::int64_t, char const*>, 4> units{
        {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}}
    };
    for (auto const& [size, name] : units) {
        if (duration.count() != 0 && duration.count() % size == 0)
            return std::to_string(duration.count() / size) + name;
    }
    return std::to_string(duration.count()) + "ms";
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::array<std::pair<std::uint64_t, char const*>, 3> units{
        {{std::uint64_t{1} << 30, "GiB"}, {std::uint64_t{1} << 20, "MiB"}, {std::uint64_t{1} << 10, "KiB"}}
    };
    for (auto const& [size, name] : units) {
        if (bytes != 0 && bytes % size == 0) return std::to_string(bytes / size) + name;
    }
    return std::to_string(bytes);
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    std::int64_t number{};
    auto const* const end = text.data() + text.size();
    auto const [stopped, failed] = std::from_chars(text.data(), end, number);
    return failed == std::errc{} && stopped == end ? std::optional(number) : std::nullopt;
}

/// At most `largest_file` + 1 bytes of a file; nothing where it cannot be read.
std::optional<std::string> read_file(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::string content(largest_file + 1, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (file.bad()) return std::nullopt;
    content.resize(static_cast<std::size_t>(file.gcount()));
    return content;
}

}  // namespace

environment process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        char const* const content = std::getenv(std::string(name).c_str());
        return content == nullptr ? std::nullopt : std::optional<std::string>(content);
    };
}

reader::reader(environment from) : from_(std::move(from)) {}

void reader::reject(std::string_view name, std::string problem) {
    problems_.push_back(std::string(name) + ": " + std::move(problem));
}

/// The value as text; nothing where there is none, or where reading it was a problem (which is then noted).
std::optional<std::string> reader::raw(option const& of) {
    std::string const file_name = std::string(of.name) + "_FILE";
    auto direct = from_(of.name).value_or(std::string());
    auto const path = from_(file_name).value_or(std::string());
    if (!direct.empty() && !path.empty()) {
        reject(of.name, "is set, and " + file_name + " too; set only one of them");
        return std::nullopt;
    }
    if (!direct.empty()) return direct;
    if (path.empty()) {
        if (!of.default_value.empty()) return std::string(of.default_value);
        if (of.required) reject(of.name, "is required: " + std::string(of.meaning));
        return std::nullopt;
    }
    auto content = read_file(path);
    if (!content) {
        reject(
            file_name,
            "the file \"" + printable(path, shown_bytes) +
                "\" cannot be read; expected a file that holds the value"
        );
        return std::nullopt;
    }
    if (content->ends_with('\n')) content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
    bool const fits =
        !content->empty() && content->size() <= largest_file && content->find('\0') == std::string::npos;
    if (!fits) {
        reject(
            file_name,
            "the file \"" + printable(path, shown_bytes) +
                "\" must hold one text of 1 byte to 1MiB, without NUL"
        );
        return std::nullopt;
    }
    return content;
}

std::optional<std::string> reader::text(option const& of) {
    return raw(of);
}

std::optional<secret> reader::hidden(option const& of) {
    auto content = raw(of);
    return content ? std::optional(secret(*std::move(content))) : std::nullopt;
}

std::chrono::milliseconds reader::duration(
    option const& of, std::chrono::milliseconds min, std::chrono::milliseconds max
) {
    auto const content = raw(of);
    if (!content) return min;
    auto const parsed = parse_duration(*content);
    if (parsed && *parsed >= min && *parsed <= max) return *parsed;
    reject(
        of.name,
        shown(of, *content) + (parsed ? " is out of range" : " is no duration") +
            "; expected a whole number with ms, s, m, h or d, from " + to_text(min) + " to " + to_text(max)
    );
    return min;
}

std::uint64_t reader::size(option const& of, std::uint64_t min, std::uint64_t max) {
    auto const content = raw(of);
    if (!content) return min;
    auto const parsed = parse_size(*content);
    if (parsed && *parsed >= min && *parsed <= max) return *parsed;
    reject(
        of.name,
        shown(of, *content) + (parsed ? " is out of range" : " is no size") +
            "; expected a whole number with KiB, MiB, GiB or nothing, from " + size_text(min) + " to " +
            size_text(max)
    );
    return min;
}

std::int64_t reader::integer(option const& of, std::int64_t min, std::int64_t max) {
    auto const content = raw(of);
    if (!content) return min;
    auto const parsed = parse_integer(*content);
    if (parsed && *parsed >= min && *parsed <= max) return *parsed;
    reject(
        of.name,
        shown(of, *content) + (parsed ? " is out of range" : " is no whole number") +
            "; expected a whole number from " + std::to_string(min) + " to " + std::to_string(max)
    );
    return min;
}

endpoint reader::address(option const& of) {
    auto const content = raw(of);
    if (!content) return {};
    auto parsed = parse_endpoint(*content);
    if (!parsed)
        reject(
            of.name,
            shown(of, *content) + " is no address; expected host:port, such as 0.0.0.0:8080 or [::1]:8080"
        );
    return parsed.value_or(endpoint{});
}

base_url reader::url(option const& of) {
    auto const content = raw(of);
    if (!content) return {};
    auto parsed = parse_base_url(*content);
    if (!parsed) {
        reject(
            of.name,
            shown(of, *content) +
                " is no base URL; expected http:// or https://, a host, and no user, query or fragment, such "
                "as https://tocsin.example.com"
        );
    }
    return parsed.value_or(base_url{});
}

std::vector<std::string> reader::list(option const& of) {
    std::vector<std::string> items;
    auto const content = raw(of).value_or(std::string());
    std::string_view rest = content;
    while (!rest.empty()) {
        auto const comma = rest.find(',');
        auto const item = trim(rest.substr(0, comma));
        if (!item.empty()) items.emplace_back(item);
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    return items;
}

std::string reader::word(option const& of, std::vector<std::string_view> const& allowed) {
    auto content = raw(of);
    if (!content) return {};
    if (std::find(allowed.begin(), allowed.end(), *content) != allowed.end()) return *std::move(content);
    std::string expected;
    for (auto const each : allowed) expected += (expected.empty() ? "" : ", ") + std::string(each);
    reject(of.name, shown(of, *content) + " is not known; expected one of " + expected);
    return {};
}

}  // namespace tocsin::config
