#include "tocsin/settings.hpp"

#include "tocsin/version.hpp"

#include <algorithm>

namespace tocsin::program {

namespace {

/// Reports a state that is not allowed as a problem of `option`.
void check_safety(
    config::option const& option,
    allowed_states const& allowed,
    unsafe_state state,
    std::optional<std::string> problem
) {
    if (auto const refused = allowed.refuse(state, std::move(problem))) option.reject(*refused);
}

std::vector<crypto::vault_key> read_vault_keys(config::reader& in, allowed_states const& allowed) {
    secret text;
    auto const option = in.hidden(
        "TOCSIN_VAULT_KEYS",
        text,
        "id:base64(32 bytes), comma-separated; the first key seals, all keys open",
        config::presence::required
    );
    if (!option.is_set()) return {};
    auto keys = crypto::parse_vault_keys(text);
    if (keys) {
        check_safety(option, allowed, unsafe_state::vault_key, vault_key_problem(*keys));
        return *std::move(keys);
    }
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
    in.words(
        "TOCSIN_ALLOW_UNSAFE",
        allowed.all,
        unsafe_state_names,
        "unsafe states to start in, comma-separated: database_durability, database_tls, sentry_http, vault_key, client_secret"
    );
    auto const option = in.hidden(
        "TOCSIN_DATABASE_URL",
        database_url,
        "PostgreSQL URI; deploy/migrate grants the roles of the program to its login",
        config::presence::required
    );
    auto const text = database_url.reveal();
    if (option.is_set() && !text.starts_with("postgres://") && !text.starts_with("postgresql://"))
        option.reject("is not a PostgreSQL URI; expected postgresql://user@host/database");
    else if (option.is_set())
        check_safety(option, allowed, unsafe_state::database_tls, database_url_problem(database_url));
    log.read(in);
}

void serve_settings::read(config::reader& in) {
    command_settings::read(in);
    in.words("TOCSIN_ROLES", roles, run_role_names, "what this process runs: gateway, scheduler, or both");
    gateway.read(in);
    vault_keys = read_vault_keys(in, allowed);
    sessions.read(in);
    mail = mail::read_settings(in);
    sentry.read(in);
    sentry.user_agent = "Tocsin/" + std::string(version);
    applications.app = sentry::read_public_app(in);
    applications.oauth = sentry::read_oauth_app(in);
    check_sentry_safety(in);
    applications.redirect_uri = gateway.public_url.str() + "/oauth/sentry/callback";
    refresh.read(in, sentry);
    rules.read(in);
    retention.read(in);
}

void serve_settings::check_sentry_safety(config::reader& in) const {
    auto const check = [&](std::string_view name, unsafe_state state, std::optional<std::string> problem) {
        check_safety(config::option(in, name, true), allowed, state, std::move(problem));
    };
    check("TOCSIN_SENTRY_URL", unsafe_state::sentry_http, sentry_url_problem(sentry.sentry));
    auto const check_secret = [&](std::string_view name, secret const& value) {
        check(name, unsafe_state::client_secret, client_secret_problem(value));
    };
    if (auto const& app = applications.app) {
        check_secret("TOCSIN_SENTRY_APP_CLIENT_SECRET", app->client_secret);
        if (auto const& previous = app->previous_client_secret)
            check_secret("TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS", *previous);
    }
    if (auto const& app = applications.oauth)
        check_secret("TOCSIN_SENTRY_OAUTH_CLIENT_SECRET", app->client_secret);
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
