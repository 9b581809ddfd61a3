#include "tocsin/settings.hpp"

#include "tocsin/version.hpp"

#include <algorithm>

namespace tocsin::program {

namespace {

std::vector<crypto::vault_key> read_vault_keys(config::reader& in) {
    secret text;
    auto const option = in.hidden(
        "TOCSIN_VAULT_KEYS",
        text,
        "id:base64(32 bytes), comma-separated; the first key seals, all keys open",
        config::presence::required
    );
    if (!option.is_set()) return {};
    auto keys = crypto::parse_vault_keys(text);
    if (keys) return *std::move(keys);
    option.reject(keys.error().detail);
    return {};
}

template <class Settings>
std::variant<Settings, problems> read_settings(config::environment const& from) {
    config::reader in(from);
    Settings read;
    read.read(in);
    if (!in.problems().empty()) return in.problems();
    return read;
}

}  // namespace

void command_settings::read(config::reader& in) {
    auto const option = in.hidden(
        "TOCSIN_DATABASE_URL",
        database_url,
        "PostgreSQL URI; deploy/migrate grants the roles of the program to its login",
        config::presence::required
    );
    auto const text = database_url.reveal();
    if (option.is_set() && !text.starts_with("postgres://") && !text.starts_with("postgresql://"))
        option.reject("is not a PostgreSQL URI; expected postgresql://user@host/database");
    log.read(in);
}

void serve_settings::read(config::reader& in) {
    command_settings::read(in);
    in.words("TOCSIN_ROLES", roles, run_role_names, "what this process runs: gateway, scheduler, or both");
    gateway.read(in);
    vault_keys = read_vault_keys(in);
    sessions.read(in);
    mail = mail::read_settings(in);
    sentry.read(in);
    sentry.user_agent = "Tocsin/" + std::string(version);
    applications.app = sentry::read_public_app(in);
    applications.oauth = sentry::read_oauth_app(in);
    applications.redirect_uri = gateway.public_url.str() + "/oauth/sentry/callback";
    refresh.read(in, sentry);
    rules.read(in);
    retention.read(in);
}

bool serve_settings::has(run_role role) const noexcept {
    return std::find(roles.begin(), roles.end(), role) != roles.end();
}

std::variant<serve_settings, problems> read_serve_settings(config::environment const& from) {
    return read_settings<serve_settings>(from);
}

std::variant<command_settings, problems> read_command_settings(config::environment const& from) {
    return read_settings<command_settings>(from);
}

std::string read_link_base(config::environment const& from) {
    config::reader in(from);
    auto const url = gateway::read_public_url(in);
    return in.problems().empty() ? url.str() : std::string();
}

}  // namespace tocsin::program
