#include "command.hpp"

#include "sandbox.hpp"
#include "url.hpp"

#include <tocsin/base/text.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::sandbox {

namespace {

/// The command line, before it is checked.
struct arguments {
    std::string listen = "127.0.0.1:9000";
    std::string public_url;
    std::string gateway;
    std::string redirect_url;
    std::string webhook_url;
    std::string app_slug = "tocsin";
    std::string app_name = "Tocsin";
    std::string client_id;
    std::string client_secret_file;
    std::string oauth_client_id;
    std::string oauth_client_secret_file;
    bool no_verify_install = false;
};

std::optional<std::string> file_content(std::string const& path) {
    std::ifstream in(path);
    if (!in) return std::nullopt;
    return std::string(trim(std::string(std::istreambuf_iterator<char>(in), {})));
}

/// From the file that the option names, or from the variable. There is no option for the secret itself,
/// because every user of the machine can read command lines.
secret read_secret(
    char const* option,
    std::string const& file,
    std::string const& variable,
    std::vector<std::string>& problems
) {
    if (!file.empty()) {
        auto content = file_content(file);
        if (!content) problems.push_back(std::string(option) + ": cannot read " + file);
        return secret(content.value_or(""));
    }
    auto const* const value = std::getenv(variable.c_str());
    if (!value || !*value)
        problems.push_back("the client secret is missing: " + std::string(option) + " or " + variable);
    return secret(value ? value : "");
}

settings read_settings(arguments const& given, std::vector<std::string>& problems) {
    settings out;
    if (auto const address = split_host_port(given.listen)) {
        out.listen_host = address->host;
        out.port = address->port;
    } else {
        problems.push_back("--listen: HOST:PORT, such as 127.0.0.1:9000");
    }
    auto gateway = given.gateway;
    while (gateway.ends_with('/')) gateway.pop_back();
    auto const or_gateway = [&](std::string const& url, char const* path) {
        return !url.empty() || gateway.empty() ? url : gateway + path;
    };
    out.redirect_url = or_gateway(given.redirect_url, "/oauth/sentry/callback");
    out.webhook_url = or_gateway(given.webhook_url, "/webhooks/sentry");
    for (auto const& [name, url] :
         {std::pair("--gateway", gateway),
          {"--redirect-url", out.redirect_url},
          {"--webhook-url", out.webhook_url},
          {"--public-url", given.public_url}})
        if (!url.empty() && !split_url(url)) problems.push_back(std::string(name) + ": an http or https URL");
    if (given.client_id.empty())
        problems.push_back("the client id is missing: --client-id or TOCSIN_SENTRY_APP_CLIENT_ID");
    out.public_url = given.public_url;
    out.app_slug = given.app_slug;
    out.app_name = given.app_name;
    out.app_client_id = given.client_id;
    out.app_client_secret = read_secret(
        "--client-secret-file", given.client_secret_file, "TOCSIN_SENTRY_APP_CLIENT_SECRET", problems
    );
    out.oauth_client_id = given.oauth_client_id;
    out.oauth_redirect_uri = or_gateway({}, "/oauth/sentry/callback");
    if (!given.oauth_client_id.empty())
        out.oauth_client_secret = read_secret(
            "--oauth-client-secret-file",
            given.oauth_client_secret_file,
            "TOCSIN_SENTRY_OAUTH_CLIENT_SECRET",
            problems
        );
    out.verify = given.no_verify_install ? verify_install::off : verify_install::required;
    return out;
}

int check_and_run(arguments const& given) {
    std::vector<std::string> problems;
    auto const settings = read_settings(given, problems);
    for (auto const& problem : problems) std::cerr << "tocsin sandbox: " << printable_lines(problem) << '\n';
    return problems.empty() ? run(settings) : 2;
}

}  // namespace

void add_command(CLI::App& program, int& exit_status) {
    auto const given = std::make_shared<arguments>();
    auto* const command =
        program.add_subcommand("sandbox", "Run a stand-in for Sentry, to try or test Tocsin");
    command->add_option("--listen", given->listen, "Address to listen on")->capture_default_str();
    command->add_option(
        "--public-url", given->public_url, "URL for browsers and Tocsin (default: the address it listens on)"
    );
    command->add_option("--gateway", given->gateway, "Tocsin's public URL, for redirects and webhooks")
        ->envname("TOCSIN_PUBLIC_URL");
    command->add_option(
        "--redirect-url", given->redirect_url, "The app's redirect URL, if it is not the gateway's"
    );
    command->add_option(
        "--webhook-url", given->webhook_url, "The app's webhook URL, if it is not the gateway's"
    );
    command->add_option("--app-slug", given->app_slug, "The app's slug")
        ->envname("TOCSIN_SENTRY_APP_SLUG")
        ->capture_default_str();
    command->add_option("--app-name", given->app_name, "The app's name")->capture_default_str();
    command->add_option("--client-id", given->client_id, "The app's client id")
        ->envname("TOCSIN_SENTRY_APP_CLIENT_ID");
    command
        ->add_option("--client-secret-file", given->client_secret_file, "A file with the app's client secret")
        ->envname("TOCSIN_SENTRY_APP_CLIENT_SECRET_FILE");
    command
        ->add_option(
            "--oauth-client-id",
            given->oauth_client_id,
            "The OAuth application's client id; without it there is no OAuth application"
        )
        ->envname("TOCSIN_SENTRY_OAUTH_CLIENT_ID");
    command
        ->add_option(
            "--oauth-client-secret-file",
            given->oauth_client_secret_file,
            "A file with the OAuth application's client secret"
        )
        ->envname("TOCSIN_SENTRY_OAUTH_CLIENT_SECRET_FILE");
    command->add_flag(
        "--no-verify-install", given->no_verify_install, "New installations need no confirmation by the app"
    );
    command->callback([given, &exit_status] { exit_status = check_and_run(*given); });
}

}  // namespace tocsin::sandbox
