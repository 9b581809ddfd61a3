#include "url.hpp"

#include <tocsin/base/encoding.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tocsin::sandbox {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

std::string decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
            continue;
        }
        auto const bytes = text[i] == '%' ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (bytes && bytes->size() == 1) {
            out += static_cast<char>(bytes->front());
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

std::optional<url_parts> split_url(std::string_view url) {
    url_parts out;
    if (url.starts_with("https://")) {
        url.remove_prefix(8);
    } else if (url.starts_with("http://")) {
        url.remove_prefix(7);
        out.origin.https = false;
        out.origin.port = 80;
    } else {
        return std::nullopt;
    }
    auto const path = std::min(url.find_first_of("/?#"), url.size());
    auto const authority = url.substr(0, path);
    auto target = url.substr(path);
    target = target.substr(0, target.find('#'));
    out.target = (target.starts_with('/') ? "" : "/") + std::string(target);
    if (authority.find_first_of(":]") == std::string_view::npos || authority.ends_with(']')) {
        out.origin.host = std::string(authority);
    } else if (auto const parts = split_host_port(authority)) {
        out.origin.host = parts->host;
        out.origin.port = parts->port;
    }
    if (out.origin.host.starts_with('[') && out.origin.host.ends_with(']'))
        out.origin.host = out.origin.host.substr(1, out.origin.host.size() - 2);
    if (out.origin.host.empty()) return std::nullopt;
    return out;
}

std::optional<host_and_port> split_host_port(std::string_view text) {
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto const port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) return std::nullopt;
    return host_and_port{std::string(host), *port};
}

std::vector<http::query_parameter> decode_form(std::string_view text) {
    std::vector<http::query_parameter> out;
    while (!text.empty()) {
        auto const pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        if (pair.empty()) continue;
        auto const equals = pair.find('=');
        auto const value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        out.push_back({decode(pair.substr(0, equals)), decode(value)});
    }
    return out;
}

std::string form_value(std::vector<http::query_parameter> const& form, std::string_view name) {
    for (auto const& pair : form)
        if (pair.name == name) return pair.value;
    return {};
}

std::string with_query(std::string url, std::vector<std::pair<std::string, std::string>> const& pairs) {
    url += url.find('?') == std::string::npos ? '?' : '&';
    return url + http::form_encoded(pairs);
}

}  // namespace tocsin::sandbox
