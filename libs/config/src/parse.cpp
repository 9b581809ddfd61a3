#include <tocsin/base/text.hpp>
#include <tocsin/config/options.hpp>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace tocsin::config {

namespace {

/// The whole text, decimal digits only.
template <class Number>
std::optional<Number> whole_number(std::string_view text) noexcept {
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    Number number{};
    auto const* const end = text.data() + text.size();
    auto const [stopped, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc{} || stopped != end) return std::nullopt;
    return number;
}

/// `number` times `factor`; nothing where the product does not fit.
template <class Number>
std::optional<Number> scaled(std::optional<Number> number, Number factor) noexcept {
    if (!number || *number > std::numeric_limits<Number>::max() / factor) return std::nullopt;
    return *number * factor;
}

bool is_ascii_host_char(char c) noexcept {
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_ipv6_char(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

template <class Predicate>
bool all(std::string_view text, Predicate is_allowed) noexcept {
    for (char const c : text) {
        if (!is_allowed(c)) return false;
    }
    return !text.empty();
}

struct host_and_port {
    std::string_view host;  ///< without brackets
    std::optional<std::uint16_t> port;
};

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
std::optional<host_and_port> split_host(std::string_view text) noexcept {
    std::string_view host;
    std::string_view rest;
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
        if (!all(host, is_ipv6_char) || host.find(':') == std::string_view::npos) return std::nullopt;
    } else {
        auto const colon = text.find(':');
        host = text.substr(0, colon);
        rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
        if (!all(host, is_ascii_host_char)) return std::nullopt;
    }
    if (rest.empty()) return host_and_port{.host = host, .port = {}};
    auto const port = rest.starts_with(':') ? whole_number<std::uint16_t>(rest.substr(1)) : std::nullopt;
    return port ? std::optional(host_and_port{.host = host, .port = port}) : std::nullopt;
}

/// A path as in a request line, without `..` and `//`.
bool is_path(std::string_view path) {
    auto const is_allowed = [](char c) {
        constexpr std::string_view others = "-._~!$&'()*+,;=:@%/";
        return is_ascii_host_char(c) || others.find(c) != std::string_view::npos;
    };
    bool const clean = path.find("//") == std::string_view::npos &&
                       path.find("/.") == std::string_view::npos && !path.ends_with('/');
    return path.empty() || (path.starts_with('/') && clean && all(path, is_allowed));
}

std::uint16_t default_port(bool https) noexcept {
    return https ? 443 : 80;
}

std::string in_brackets(std::string const& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
    // `ms` before `s`: the first suffix that matches counts.
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
        {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}
    };
    for (auto const& [unit, milliseconds] : units) {
        if (!text.ends_with(unit)) continue;
        auto const number =
            scaled(whole_number<std::int64_t>(text.substr(0, text.size() - unit.size())), milliseconds);
        return number ? std::optional(std::chrono::milliseconds(*number)) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 3> units{
        {{"KiB", std::uint64_t{1} << 10}, {"MiB", std::uint64_t{1} << 20}, {"GiB", std::uint64_t{1} << 30}}
    };
    for (auto const& [unit, bytes] : units) {
        if (text.ends_with(unit))
            return scaled(whole_number<std::uint64_t>(text.substr(0, text.size() - unit.size())), bytes);
    }
    return whole_number<std::uint64_t>(text);
}

std::optional<endpoint> parse_endpoint(std::string_view text) {
    auto const parts = split_host(text);
    if (!parts || !parts->port) return std::nullopt;
    return endpoint{.host = std::string(parts->host), .port = *parts->port};
}

std::optional<base_url> parse_base_url(std::string_view text) {
    constexpr std::string_view separator = "://";
    auto const scheme_end = text.find(separator);
    if (scheme_end == std::string_view::npos) return std::nullopt;
    auto const scheme = text.substr(0, scheme_end);
    auto rest = text.substr(scheme_end + separator.size());
    base_url url;
    url.https = iequals(scheme, "https");
    if (!url.https && !iequals(scheme, "http")) return std::nullopt;

    auto const slash = rest.find('/');
    auto const host = split_host(rest.substr(0, slash));
    auto path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
    if (path.ends_with('/')) path.remove_suffix(1);
    if (!host || host->port == 0 || !is_path(path)) return std::nullopt;
    url.host = to_lower(host->host);
    url.port = host->port.value_or(default_port(url.https));
    url.path = path;
    return url;
}

std::string endpoint::str() const {
    return in_brackets(host) + ":" + std::to_string(port);
}

std::string base_url::origin() const {
    std::string const shown_port = port == default_port(https) ? "" : ":" + std::to_string(port);
    return (https ? "https://" : "http://") + in_brackets(host) + shown_port;
}

std::string base_url::str() const {
    return origin() + path;
}

}  // namespace tocsin::config
