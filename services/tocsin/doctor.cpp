#include "tocsin/commands.hpp"
#include "tocsin/console_directory.hpp"
#include "tocsin/database_checks.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/finding.hpp"
#include "tocsin/run_command.hpp"
#include "tocsin/vault_check.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/grants/vault_maintenance.hpp>
#include <tocsin/http/client.hpp>
#include <tocsin/integrations/sentry_host.hpp>
#include <tocsin/integrations/vault_maintenance.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/sentry/regions.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::program {

namespace {

/// The problem of connecting with a role, if any.
async::task<std::optional<std::string>> try_role(serve_settings const& settings, std::string role) {
    auto options = operator_pool_options(settings.database_url);
    options.role = std::move(role);
    try {
        db::pool pool(std::move(options));
        co_await pool.transact(db::no_tenant, [](db::transaction&) {});
    } catch (std::exception const& failed) {
        co_return printable(failed.what(), 300);
    }
    co_return std::nullopt;
}

async::task<> check_roles(serve_settings const& settings, findings& found) {
    for (std::string const role : {"tocsin_gateway", "tocsin_ingest", "tocsin_scheduler"}) {
        auto const problem = co_await try_role(settings, role);
        found.push_back(check(
            "role " + role,
            !problem,
            "the login can assume it",
            problem.value_or("") +
                " Run deploy/migrate, which creates the roles and grants them to the login."
        ));
    }
}

finding vault_finding(integrations::vault_state const& state) {
    auto const total = std::to_string(state.values);
    if (!state.missing_keys.empty())
        return {
            "vault",
            outcome::failed,
            "values are sealed under keys that TOCSIN_VAULT_KEYS does not contain: " +
                list_keys(state.missing_keys) + ". Add them after the first key."
        };
    if (state.unopenable > 0)
        return {
            "vault",
            outcome::failed,
            std::to_string(state.unopenable) +
                " sealed values do not open: a key in TOCSIN_VAULT_KEYS has the id of the key that sealed them, but other bytes, or they are damaged. Restore the original key."
        };
    if (state.under_first_key < state.values)
        return {
            "vault",
            outcome::note,
            std::to_string(state.values - state.under_first_key) + " of " + total +
                " values are sealed under an older key, which must stay in TOCSIN_VAULT_KEYS. Run tocsin key rotate to seal them under the first one."
        };
    return {"vault", outcome::ok, total + " sealed values open, all under the first key"};
}

async::task<finding> check_vault_keys(db::pool& pool, crypto::vault const& vault) {
    auto state = co_await integrations::inspect_vault(pool, vault);
    co_await grants::inspect_results(pool, vault, state);
    // Also those of values that are not opened here: connects that have begun, and addresses of people.
    auto needed = co_await integrations::find_needed_keys(pool);
    std::erase_if(needed, [&](std::string const& id) {
        if (!vault.has_key(id)) state.missing_keys.insert(id);
        return id == vault.sealing_key_id();
    });
    auto found = vault_finding(state);
    if (found.outcome == outcome::ok && !needed.empty()) {
        found.outcome = outcome::note;
        found.detail =
            "values are sealed under older keys, which must stay in TOCSIN_VAULT_KEYS: " + list_keys(needed);
    }
    co_return found;
}

async::task<> check_sentry_hosts(db::pool& pool, config::base_url const& current, findings& found) {
    auto const others = co_await integrations::count_integrations_of_other_hosts(pool, current);
    if (others.empty()) found.push_back({"integrations", outcome::ok, "all belong to " + current.str()});
    for (auto const& each : others)
        found.push_back(
            {"integrations",
             outcome::failed,
             std::to_string(each.count) + " were connected to " + printable(each.sentry_host, 300) +
                 ", but TOCSIN_SENTRY_URL is " + current.str() +
                 ": their tokens are not refreshed or used, and webhooks of public integrations are refused. Restore the URL or, if this Sentry has moved, run tocsin integration move-sentry --from OLD --to NEW."
            }
        );
}

/// Any HTTP response is enough: this is about reaching the host.
async::task<finding> check_sentry(config::base_url const& configured) {
    if (auto const problem = sentry::address_problem(configured))
        co_return finding{"sentry", outcome::failed, *problem};
    auto const executor = co_await boost::asio::this_coro::executor;
    http::client_options options;
    options.total_deadline = std::chrono::seconds(10);
    http::client client(executor, {configured.https, configured.host, configured.port}, options);
    http::client_request request;
    request.target = configured.path + "/api/0/";
    auto const answer = co_await client.send(std::move(request));
    if (answer) co_return finding{"sentry", outcome::ok, configured.str() + " answers"};
    co_return finding{
        "sentry",
        outcome::failed,
        configured.str() + " does not answer (" + std::string(to_string(answer.error().kind)) + ": " +
            printable(answer.error().detail, 200) + "). Check TOCSIN_SENTRY_URL and the network."
    };
}

void check_settings(serve_settings const& settings, findings& found) {
    found.push_back({"configuration", outcome::ok, "every variable is valid"});
    for (auto const allowed : settings.allowed.all)
        found.push_back(
            {"allowed unsafe state",
             outcome::note,
             "TOCSIN_ALLOW_UNSAFE permits " + std::string(name_of(unsafe_state_names, allowed)) +
                 ". Remove it where the state has ended."}
        );
    auto const& app = settings.applications.app;
    found.push_back(
        {"public integration",
         app ? outcome::ok : outcome::note,
         app ? app->slug
             : "not set up, so this mode is not offered. Set TOCSIN_SENTRY_APP_SLUG, TOCSIN_SENTRY_APP_CLIENT_ID, and TOCSIN_SENTRY_APP_CLIENT_SECRET."
        }
    );
    bool const has_oauth = settings.applications.oauth.has_value();
    found.push_back(
        {"OAuth application",
         has_oauth ? outcome::ok : outcome::note,
         has_oauth
             ? "set up"
             : "not set up, so this mode is not offered. Set TOCSIN_SENTRY_OAUTH_CLIENT_ID and TOCSIN_SENTRY_OAUTH_CLIENT_SECRET."
        }
    );
    auto const folder = console_directory(settings);
    bool const is_built = std::filesystem::exists(folder / "index.html");
    found.push_back(
        {"console",
         is_built ? outcome::ok : outcome::note,
         is_built ? folder.string() : "not built: " + folder.string() + " has no index.html"}
    );
}

async::task<findings> examine(serve_settings const& settings) {
    findings found;
    check_settings(settings, found);
    db::pool pool(operator_pool_options(settings.database_url));
    for (auto& each : co_await check_database(pool, settings.allowed)) found.push_back(std::move(each));
    bool const answers = std::none_of(found.begin(), found.end(), [](finding const& each) {
        return each.name == "database" && each.outcome == outcome::failed;
    });
    if (answers) {
        co_await check_roles(settings, found);
        co_await run_check("vault", found, [&]() -> async::task<> {
            crypto::vault const vault(settings.vault_keys);
            found.push_back(co_await check_vault_keys(pool, vault));
        });
        co_await run_check("integrations", found, [&]() -> async::task<> {
            co_await check_sentry_hosts(pool, settings.sentry.sentry, found);
        });
    }
    co_await run_check("sentry", found, [&]() -> async::task<> {
        found.push_back(co_await check_sentry(settings.sentry.sentry));
    });
    co_return found;
}

void print_text(findings const& found) {
    for (auto const& each : found)
        std::cout << name_of(outcome_names, each.outcome) << "  " << each.name << ": " << each.detail << '\n';
}

void print_json(findings const& found) {
    json::writer out;
    out.begin_array();
    for (auto const& each : found)
        out.begin_object()
            .field("name", each.name)
            .field("outcome", name_of(outcome_names, each.outcome))
            .field("detail", each.detail)
            .end_object();
    std::cout << out.end_array().take() << '\n';
}

async::task<int> run_doctor(serve_settings const& settings, bool json) {
    auto const found = co_await examine(settings);
    json ? print_json(found) : print_text(found);
    bool const failed = std::any_of(found.begin(), found.end(), [](finding const& each) {
        return each.outcome == outcome::failed;
    });
    co_return failed ? exit_failed : exit_done;
}

}  // namespace

void add_doctor_command(CLI::App& program, chosen_command& chosen) {
    auto* const command = program.add_subcommand(
        "doctor", "Check the configuration and the deployment, and print how to fix problems"
    );
    auto const json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "Print JSON");
    command->callback([&chosen, json] {
        chosen = [json] {
            return with_serve_settings([json](serve_settings const& settings) {
                return run_doctor(settings, *json);
            });
        };
    });
}

}  // namespace tocsin::program
