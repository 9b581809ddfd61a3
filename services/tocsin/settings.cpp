#include "tocsin/settings.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/mail/message.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <filesystem>
#include <limits>

namespace tocsin::program {

namespace {

using config::option;
using config::secrecy;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Every variable of the program, once.
constexpr option database_url{
    "TOCSIN_DATABASE_URL",
    "",
    "PostgreSQL URI; its login may assume the roles that deploy/migrate makes",
    true,
    secrecy::hidden
};
constexpr option public_url{
    "TOCSIN_PUBLIC_URL", "", "how browsers and Sentry reach the gateway; https, but on loopback", true
};
constexpr option roles{"TOCSIN_ROLES", "gateway,scheduler", "what this process does"};
constexpr option listen_address{"TOCSIN_LISTEN", "0.0.0.0:8080", "address of the gateway"};
constexpr option admin_listen{
    "TOCSIN_ADMIN_LISTEN", "127.0.0.1:9090", "address of /metrics, /livez and /readyz"
};
constexpr option tls_certificate{
    "TOCSIN_TLS_CERT", "", "PEM file of the certificate chain, to serve HTTPS itself"
};
constexpr option tls_key{"TOCSIN_TLS_KEY", "", "PEM file of the certificate's key"};
constexpr option allowed_hosts{
    "TOCSIN_ALLOWED_HOSTS",
    "",
    "host names that are served, comma-separated; else the host of TOCSIN_PUBLIC_URL and loopback"
};
constexpr option trusted_proxies{
    "TOCSIN_TRUSTED_PROXIES", "", "CIDRs of proxies whose forwarded headers count"
};
constexpr option console_directory{
    "TOCSIN_CONSOLE_DIR", "", "folder of the built console; else beside the build or installation"
};
constexpr option session_idle{"TOCSIN_SESSION_IDLE", "24h", "a session ends after so long without a request"};
constexpr option session_max{"TOCSIN_SESSION_MAX", "30d", "a session ends so long after signing in"};
constexpr option smtp_url{
    "TOCSIN_SMTP_URL",
    "",
    "mail server for invitations, smtp://user:password@host:587 or smtps://host; else links are passed on by "
    "hand",
    false,
    secrecy::hidden
};
constexpr option mail_from{"TOCSIN_MAIL_FROM", "", "address that messages come from"};
constexpr option vault_keys{
    "TOCSIN_VAULT_KEYS",
    "",
    "id:base64(32 bytes), comma-separated; the first seals, all open",
    true,
    secrecy::hidden
};
constexpr option sentry_url{"TOCSIN_SENTRY_URL", "https://sentry.io", "Sentry's own host for OAuth and API"};
constexpr option sentry_timeout{
    "TOCSIN_SENTRY_TIMEOUT", "25s", "the longest that one call of Sentry may take"
};
constexpr option sentry_rate{
    "TOCSIN_SENTRY_RATE", "20", "calls of Sentry that one process makes in a second"
};
constexpr option app_slug{"TOCSIN_SENTRY_APP_SLUG", "", "slug of the public integration at Sentry"};
constexpr option app_client_id{"TOCSIN_SENTRY_APP_CLIENT_ID", "", "its client id"};
constexpr option app_client_secret{
    "TOCSIN_SENTRY_APP_CLIENT_SECRET", "", "its client secret", false, secrecy::hidden
};
constexpr option app_client_secret_previous{
    "TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS",
    "",
    "the secret before, accepted for webhooks meanwhile",
    false,
    secrecy::hidden
};
constexpr option oauth_client_id{
    "TOCSIN_SENTRY_OAUTH_CLIENT_ID", "", "client id of the OAuth application at Sentry"
};
constexpr option oauth_client_secret{
    "TOCSIN_SENTRY_OAUTH_CLIENT_SECRET", "", "its client secret", false, secrecy::hidden
};
constexpr option refresh_backoff_base{
    "TOCSIN_REFRESH_BACKOFF_BASE", "30s", "wait after a first failed token refresh"
};
constexpr option refresh_backoff_max{
    "TOCSIN_REFRESH_BACKOFF_MAX", "30m", "longest wait between token refreshes that fail"
};
constexpr option refresh_max_attempts{
    "TOCSIN_REFRESH_MAX_ATTEMPTS", "8", "refusals by Sentry that disconnect an integration"
};
constexpr option refresh_margin{
    "TOCSIN_REFRESH_MARGIN", "15m", "refresh at the latest so long before a token expires"
};
constexpr option refresh_poll{
    "TOCSIN_REFRESH_POLL", "10s", "how often the scheduler looks for tokens that are due"
};
constexpr option refresh_lease{
    "TOCSIN_REFRESH_LEASE", "45s", "how long a refresh belongs to one process; outlives the call"
};
constexpr option reopen_window{
    "TOCSIN_REOPEN_WINDOW", "7d", "a regression reopens an incident resolved within it"
};
constexpr option critical_event_count{
    "TOCSIN_CRITICAL_EVENT_COUNT", "100", "severity auto: error is critical from so many events on"
};
constexpr option delivery_retention{"TOCSIN_DELIVERY_RETENTION", "30d", "how long deliveries are kept"};
constexpr option webhook_max_body{"TOCSIN_WEBHOOK_MAX_BODY", "5MiB", "largest webhook body"};
constexpr option log_level{"TOCSIN_LOG_LEVEL", "info", "debug, info, warn or error"};
constexpr option log_format{"TOCSIN_LOG_FORMAT", "json", "json or text"};

constexpr std::array all_options = {
    &database_url,
    &public_url,
    &roles,
    &listen_address,
    &admin_listen,
    &tls_certificate,
    &tls_key,
    &allowed_hosts,
    &trusted_proxies,
    &console_directory,
    &session_idle,
    &session_max,
    &smtp_url,
    &mail_from,
    &vault_keys,
    &sentry_url,
    &sentry_timeout,
    &sentry_rate,
    &app_slug,
    &app_client_id,
    &app_client_secret,
    &app_client_secret_previous,
    &oauth_client_id,
    &oauth_client_secret,
    &refresh_backoff_base,
    &refresh_backoff_max,
    &refresh_max_attempts,
    &refresh_margin,
    &refresh_poll,
    &refresh_lease,
    &reopen_window,
    &critical_event_count,
    &delivery_retention,
    &webhook_max_body,
    &log_level,
    &log_format,
};

/// Loopback in the sense of browsers: what they treat as trustworthy without TLS.
bool is_loopback(std::string const& host) noexcept {
    return host == "localhost" || host == "127.0.0.1" || host == "::1" || host.ends_with(".localhost");
}

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

bool is_plain_host(std::string_view text) noexcept {
    return !text.empty() && text.find_first_of("/@ *[]") == std::string_view::npos;
}

secret read_database_url(config::reader& in) {
    auto url = in.hidden(database_url).value_or(secret());
    auto const text = url.reveal();
    if (!text.empty() && !text.starts_with("postgres://") && !text.starts_with("postgresql://"))
        in.reject(database_url.name, "is no PostgreSQL URI; expected postgresql://user@host/database");
    return url;
}

log_settings read_log(config::reader& in) {
    log_settings read;
    auto const level = in.word(log_level, {"debug", "info", "warn", "error"});
    if (level == "debug") read.level = observe::level::debug;
    if (level == "warn") read.level = observe::level::warn;
    if (level == "error") read.level = observe::level::error;
    if (in.word(log_format, {"json", "text"}) == "text") read.format = observe::log_format::text;
    return read;
}

std::vector<run_role> read_roles(config::reader& in) {
    std::vector<run_role> read;
    for (auto const& word : in.list(roles)) {
        if (word == "gateway")
            read.push_back(run_role::gateway);
        else if (word == "scheduler")
            read.push_back(run_role::scheduler);
        else
            in.reject(
                roles.name, "\"" + printable(word, 80) + "\" is no role; expected gateway, scheduler or both"
            );
    }
    if (read.empty()) in.reject(roles.name, "names no role; expected gateway, scheduler or both");
    return read;
}

config::base_url read_public_url(config::reader& in) {
    auto url = in.url(public_url);
    if (url.host.empty()) return url;
    if (!url.https && !is_loopback(url.host))
        in.reject(
            public_url.name,
            "must be https, since sessions and tokens travel over it; only loopback hosts may use http"
        );
    if (!url.path.empty())
        in.reject(public_url.name, "must have no path; expected such as https://tocsin.example.com");
    return url;
}

void read_tls(config::reader& in, serve_settings& into) {
    into.tls_certificate_file = in.text(tls_certificate).value_or("");
    into.tls_key_file = in.text(tls_key).value_or("");
    if (into.tls_certificate_file.empty() != into.tls_key_file.empty()) {
        in.reject(
            into.tls_key_file.empty() ? tls_key.name : tls_certificate.name,
            "is missing: serving HTTPS needs the certificate and its key, both or neither"
        );
    }
    auto const check_readable = [&in](option const& of, std::string const& path) {
        std::error_code unused;
        if (!path.empty() && !std::filesystem::is_regular_file(path, unused))
            in.reject(of.name, "\"" + printable(path, 80) + "\" is no file; expected the path of a PEM file");
    };
    check_readable(tls_certificate, into.tls_certificate_file);
    check_readable(tls_key, into.tls_key_file);
}

void read_edges(config::reader& in, serve_settings& into) {
    into.public_url = read_public_url(in);
    into.listen = in.address(listen_address);
    into.admin_listen = in.address(admin_listen);
    read_tls(in, into);
    for (auto const& host : in.list(allowed_hosts)) {
        if (!is_plain_host(host))
            in.reject(
                allowed_hosts.name,
                "\"" + printable(host, 80) +
                    "\" is no host name; expected names without scheme, port and path"
            );
        into.allowed_hosts.push_back(to_lower(host));
    }
    if (into.allowed_hosts.empty())
        into.allowed_hosts = {into.public_url.host, "localhost", "127.0.0.1", "::1"};
    into.trusted_proxies = in.list(trusted_proxies);
    for (auto const& proxy : into.trusted_proxies) {
        if (!is_cidr(proxy))
            in.reject(
                trusted_proxies.name,
                "\"" + printable(proxy, 80) + "\" is no CIDR; expected such as 10.0.0.0/8 or fd00::/8"
            );
    }
    into.console_directory = in.text(console_directory).value_or("");
    std::error_code unused;
    if (!into.console_directory.empty() && !std::filesystem::is_directory(into.console_directory, unused))
        in.reject(console_directory.name, "\"" + printable(into.console_directory, 80) + "\" is no folder");
}

void read_sessions(config::reader& in, serve_settings& into) {
    into.session_idle = in.duration(session_idle, minutes(1), days(365));
    into.session_max = in.duration(session_max, minutes(1), days(365));
    if (into.session_idle > into.session_max)
        in.reject(session_idle.name, "must not be longer than TOCSIN_SESSION_MAX");
}

void read_vault(config::reader& in, serve_settings& into) {
    auto const text = in.hidden(vault_keys);
    if (!text) return;
    auto keys = crypto::parse_vault_keys(*text);
    if (keys)
        into.vault_keys = std::move(*keys);
    else
        in.reject(vault_keys.name, keys.error().detail);
}

void read_sentry_app(config::reader& in, serve_settings& into) {
    auto slug = in.text(app_slug);
    auto id = in.text(app_client_id);
    auto key = in.hidden(app_client_secret);
    auto previous = in.hidden(app_client_secret_previous);
    if (!slug && !id && !key && !previous) return;
    constexpr std::string_view missing =
        "is missing: the public integration needs its slug, client id and client secret";
    if (!slug) in.reject(app_slug.name, std::string(missing));
    if (!id) in.reject(app_client_id.name, std::string(missing));
    if (!key) in.reject(app_client_secret.name, std::string(missing));
    if (slug && !is_slug(*slug))
        in.reject(app_slug.name, "\"" + printable(*slug, 80) + "\" is no slug; expected a-z, 0-9 and dashes");
    if (slug && id && key) into.sentry_app = sentry_app_settings{*slug, *id, *key, previous};
}

void read_mail(config::reader& in, serve_settings& into) {
    auto const url = in.hidden(smtp_url);
    auto const from = in.text(mail_from);
    if (url.has_value() != from.has_value())
        in.reject(url ? mail_from.name : smtp_url.name, "is missing: sending mail needs both or neither");
    if (from && !mail::is_mailable(*from))
        in.reject(
            mail_from.name, "\"" + printable(*from, 80) + "\" is no address; expected tocsin@example.com"
        );
    if (!url) return;
    auto const server = mail::parse_server(*url);
    if (!server)
        in.reject(smtp_url.name, server.error().detail);
    else if (from)
        into.mail = mail_settings{*server, *from};
}

void read_sentry_oauth(config::reader& in, serve_settings& into) {
    auto id = in.text(oauth_client_id);
    auto key = in.hidden(oauth_client_secret);
    if (id.has_value() != key.has_value()) {
        in.reject(
            id ? oauth_client_secret.name : oauth_client_id.name,
            "is missing: the OAuth application needs its client id and client secret, both or neither"
        );
    }
    if (id && key) into.sentry_oauth = sentry_oauth_settings{*id, *key};
}

void read_sentry(config::reader& in, serve_settings& into) {
    into.sentry_url = in.url(sentry_url);
    into.sentry_timeout = in.duration(sentry_timeout, milliseconds(100), minutes(5));
    into.sentry_rate = in.integer(sentry_rate, 1, 10'000);
    read_sentry_app(in, into);
    read_sentry_oauth(in, into);
    auto& refresh = into.refresh;
    refresh.backoff_base = in.duration(refresh_backoff_base, milliseconds(10), hours(1));
    refresh.backoff_max = in.duration(refresh_backoff_max, milliseconds(10), hours(24));
    refresh.max_attempts = in.integer(refresh_max_attempts, 1, 1000);
    refresh.margin = in.duration(refresh_margin, milliseconds(0), days(7));
    refresh.poll = in.duration(refresh_poll, milliseconds(50), hours(1));
    refresh.lease = in.duration(refresh_lease, milliseconds(100), hours(1));
    if (into.sentry_timeout >= refresh.lease)
        in.reject(sentry_timeout.name, "must be shorter than TOCSIN_REFRESH_LEASE");
    if (refresh.backoff_base > refresh.backoff_max)
        in.reject(refresh_backoff_base.name, "must not be longer than TOCSIN_REFRESH_BACKOFF_MAX");
}

void read_incidents(config::reader& in, serve_settings& into) {
    into.reopen_window = in.duration(reopen_window, milliseconds(0), days(365));
    into.critical_event_count = in.integer(critical_event_count, 1, std::numeric_limits<std::int64_t>::max());
    into.delivery_retention = in.duration(delivery_retention, days(1), days(3650));
    into.webhook_max_body = in.size(webhook_max_body, std::uint64_t{1} << 10, std::uint64_t{64} << 20);
}

}  // namespace

bool serve_settings::has(run_role wanted) const noexcept {
    return std::find(roles.begin(), roles.end(), wanted) != roles.end();
}

std::variant<serve_settings, problems> read_serve_settings(config::environment const& from) {
    config::reader in(from);
    serve_settings read;
    read.database_url = read_database_url(in);
    read.log = read_log(in);
    read.roles = read_roles(in);
    read_edges(in, read);
    read_sessions(in, read);
    read_mail(in, read);
    read_vault(in, read);
    read_sentry(in, read);
    read_incidents(in, read);
    if (!in.problems().empty()) return in.problems();
    return read;
}

std::variant<command_settings, problems> read_command_settings(config::environment const& from) {
    config::reader in(from);
    command_settings read{read_database_url(in), read_log(in)};
    if (!in.problems().empty()) return in.problems();
    return read;
}

std::string read_public_url_of_links(config::environment const& from) {
    config::reader in(from);
    auto const url = read_public_url(in);
    return in.problems().empty() ? url.str() : std::string();
}

std::string describe_variables() {
    std::string text =
        "Configuration comes from the environment. Each variable may also be given as NAME_FILE, a file that "
        "holds the value.\n\n";
    for (auto const* each : all_options) {
        text += "  " + std::string(each->name);
        if (each->required)
            text += " (required)";
        else if (!each->default_value.empty())
            text += " (default " + std::string(each->default_value) + ")";
        text += "\n      " + std::string(each->meaning) + "\n";
    }
    return text;
}

}  // namespace tocsin::program
