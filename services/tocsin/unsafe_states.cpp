#include "tocsin/unsafe_states.hpp"

#include <tocsin/config/loopback.hpp>

#include <algorithm>
#include <set>

namespace tocsin::program {

namespace {

/// 32 random bytes have fewer than this many different ones in less than one of 10^24 cases.
constexpr std::size_t least_distinct_bytes = 8;
/// Sentry's have 64 hexadecimal digits.
constexpr std::size_t shortest_client_secret = 20;

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto const at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

/// Without port and brackets.
std::string_view host_of(std::string_view address) {
    if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
    return address.substr(0, address.find(':'));
}

/// Unix sockets are local, too. In a URI, their folder begins with an encoded slash.
bool is_local(std::string_view host) {
    return host.empty() || host.starts_with('/') || host.starts_with("%2F") || host.starts_with("%2f") ||
           host.starts_with("127.") || config::is_loopback(host);
}

bool is_encrypted(std::string_view sslmode) {
    return sslmode == "require" || sslmode == "verify-ca" || sslmode == "verify-full";
}

}  // namespace

bool allowed_states::contain(unsafe_state state) const noexcept {
    return std::find(all.begin(), all.end(), state) != all.end();
}

std::optional<std::string> allowed_states::refuse(unsafe_state state, std::optional<std::string> problem)
    const {
    if (!problem || contain(state)) return std::nullopt;
    return *problem +
           ". To start anyway, set TOCSIN_ALLOW_UNSAFE=" + std::string(name_of(unsafe_state_names, state));
}

std::optional<std::string> database_url_problem(secret const& url) {
    auto const text = url.reveal();
    auto const begin = text.find("://");
    if (begin == std::string_view::npos) return std::nullopt;
    auto const rest = text.substr(begin + 3);
    auto const mark = rest.find('?');
    auto const authority = rest.substr(0, std::min(rest.find('/'), mark));
    auto hosts = split(authority.substr(authority.rfind('@') + 1), ',');
    std::string_view mode;
    if (mark != std::string_view::npos) {
        for (auto const pair : split(rest.substr(mark + 1), '&')) {
            auto const value = pair.substr(std::min(pair.find('=') + 1, pair.size()));
            if (pair.starts_with("sslmode=")) mode = value;
            if (pair.starts_with("host=") || pair.starts_with("hostaddr="))
                for (auto const host : split(value, ',')) hosts.push_back(host);
        }
    }
    bool const is_remote =
        std::any_of(hosts.begin(), hosts.end(), [](auto const each) { return !is_local(host_of(each)); });
    if (!is_remote || is_encrypted(mode)) return std::nullopt;
    return "the connection to a database on another host may be in the clear: add sslmode=verify-full (or require) to the URI";
}

std::optional<std::string> sentry_url_problem(config::base_url const& url) {
    if (url.https || config::is_loopback(url.host)) return std::nullopt;
    return "http sends tokens to " + url.host + " in the clear: use https";
}

std::optional<std::string> vault_key_problem(std::vector<crypto::vault_key> const& keys) {
    for (auto const& key : keys) {
        auto const bytes = key.bytes.reveal();
        if (std::set<char>(bytes.begin(), bytes.end()).size() < least_distinct_bytes)
            return "the key \"" + key.id + "\" is not random: make one with openssl rand -base64 32";
    }
    return std::nullopt;
}

std::optional<std::string> client_secret_problem(secret const& value) {
    if (value.reveal().size() >= shortest_client_secret) return std::nullopt;
    return "is too short to be a client secret, which has 64 characters: copy it from Sentry";
}

}  // namespace tocsin::program
