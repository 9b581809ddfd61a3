#include "gateway/settings.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/config/loopback.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <filesystem>

namespace tocsin::gateway {

namespace {

bool is_cidr(std::string const& text) noexcept {
    auto const slash = text.find('/');
    std::string const address = text.substr(0, slash);
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    bool const v4 = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
    bool const v6 = !v4 && inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
    if (!v4 && !v6) return false;
    if (slash == std::string::npos) return true;
    int bits = -1;
    auto const* const end = text.data() + text.size();
    auto const [stopped, failed] = std::from_chars(text.data() + slash + 1, end, bits);
    return failed == std::errc{} && stopped == end && bits >= 0 && bits <= (v4 ? 32 : 128);
}

bool is_host_name(std::string const& text) noexcept {
    return !text.empty() && text.find_first_of("/@ *[]") == std::string::npos;
}

std::string in_quotes(std::string const& text) {
    return '"' + printable(text, 80) + '"';
}

void read_tls(config::reader& in, settings& into) {
    auto const certificate = in.text(
        "TOCSIN_TLS_CERT",
        into.tls_certificate_file,
        "PEM file of the certificate chain, for serving HTTPS without a proxy"
    );
    auto const key = in.text("TOCSIN_TLS_KEY", into.tls_key_file, "PEM file of the certificate's key");
    if (certificate.is_set() != key.is_set()) {
        auto const& missing = certificate.is_set() ? key : certificate;
        missing.reject("is missing: serving HTTPS needs both the certificate and its key");
    }
    auto const check_file = [](config::option const& option, std::string const& path) {
        std::error_code ignored;
        if (option.is_set() && !std::filesystem::is_regular_file(path, ignored))
            option.reject(in_quotes(path) + " is not a file; expected the path of a PEM file");
    };
    check_file(certificate, into.tls_certificate_file);
    check_file(key, into.tls_key_file);
}

void read_allowed_hosts(config::reader& in, settings& into) {
    auto const option = in.list(
        "TOCSIN_ALLOWED_HOSTS",
        into.allowed_hosts,
        "host names that are served, comma-separated; without a value, the host of TOCSIN_PUBLIC_URL and loopback names"
    );
    for (auto& host : into.allowed_hosts) {
        if (!is_host_name(host))
            option.reject(
                in_quotes(host) + " is not a host name; expected names without scheme, port, and path"
            );
        host = to_lower(host);
    }
    if (into.allowed_hosts.empty())
        into.allowed_hosts = {into.public_url.host, "localhost", "127.0.0.1", "::1"};
}

void read_trusted_proxies(config::reader& in, settings& into) {
    auto const option = in.list(
        "TOCSIN_TRUSTED_PROXIES",
        into.trusted_proxies,
        "CIDRs of the proxies whose forwarded headers are trusted, comma-separated"
    );
    for (auto const& proxy : into.trusted_proxies) {
        if (!is_cidr(proxy))
            option.reject(in_quotes(proxy) + " is not a CIDR; expected one like 10.0.0.0/8 or fd00::/8");
    }
}

}  // namespace

config::base_url read_public_url(config::reader& in) {
    config::base_url url;
    auto const option = in.url(
        "TOCSIN_PUBLIC_URL",
        url,
        "URL at which browsers and Sentry reach the gateway; https, except on loopback hosts",
        config::presence::required
    );
    if (!option.is_set()) return url;
    if (!url.https && !config::is_loopback(url.host))
        option.reject(
            "must be https, because it carries sessions and tokens; only loopback hosts may use http"
        );
    if (!url.path.empty()) option.reject("must have no path; expected a URL like https://tocsin.example.com");
    return url;
}

void settings::read(config::reader& in) {
    public_url = read_public_url(in);
    in.address("TOCSIN_LISTEN", listen, "address of the gateway");
    in.address("TOCSIN_ADMIN_LISTEN", admin_listen, "address of /metrics, /livez, and /readyz");
    read_tls(in, *this);
    read_allowed_hosts(in, *this);
    read_trusted_proxies(in, *this);
    auto const console = in.text(
        "TOCSIN_CONSOLE_DIR",
        console_directory,
        "folder of the built console; without a value, the one next to the build or installation"
    );
    std::error_code ignored;
    if (console.is_set() && !std::filesystem::is_directory(console_directory, ignored))
        console.reject(in_quotes(console_directory) + " is not a folder");
    in.size(
        "TOCSIN_WEBHOOK_MAX_BODY",
        webhook_max_body,
        {std::uint64_t{1} << 10, std::uint64_t{64} << 20},
        "largest webhook body"
    );
    in.duration(
        "TOCSIN_DRAIN_DELAY",
        drain_delay,
        {std::chrono::milliseconds(0), std::chrono::minutes(1)},
        "time from SIGTERM until the gateway stops accepting connections, in which proxies notice by /readyz"
    );
}

}  // namespace tocsin::gateway
