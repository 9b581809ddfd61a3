#include "tocsin/commands.hpp"
#include "tocsin/doctor.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/operator_pool.hpp"
#include "tocsin/settings.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/integrations/vault_maintenance.hpp>

#include <iostream>
#include <memory>

namespace tocsin::program {

namespace {

/// Both commands are about the configuration that `tocsin serve` has on this host.
int with_serve_settings(std::function<int(serve_settings const&)> const& command) {
    auto read = read_serve_settings(config::process_environment());
    if (auto const* wrong = std::get_if<problems>(&read)) return report(*wrong);
    auto const& with = std::get<serve_settings>(read);
    observe::configure_log(observe::level::error, with.log.format);
    return command(with);
}

async::task<> rotate(db::pool& pool, crypto::vault const& vault, int& status) {
    auto const done = co_await integrations::rotate_keys(pool, vault);
    std::cout << done.resealed << " credentials sealed under the key " << vault.sealing_key_id() << ".\n";
    if (done.failed > 0)
        std::cerr << "tocsin: " << done.failed
                  << " could not be opened and were left as they are: see tocsin doctor\n";
    status = done.failed == 0 ? exit_done : exit_failed;
}

int key_rotate(serve_settings const& with) {
    db::pool pool(operator_pool_of(with.database_url));
    crypto::vault const vault(with.vault_keys);
    int status = exit_failed;
    async::run_to_end(rotate(pool, vault, status));
    return status;
}

}  // namespace

void add_upkeep_commands(CLI::App& program, chosen_command& chosen) {
    auto* const keys = program.add_subcommand("key", "Keys of the vault");
    keys->require_subcommand(1);
    keys->add_subcommand(
            "rotate", "Seal every credential under the first key of TOCSIN_VAULT_KEYS, while the service runs"
    )
        ->callback([&chosen] { chosen = [] { return with_serve_settings(key_rotate); }; });

    auto* const command = program.add_subcommand("doctor", "Say what is misconfigured, and how to mend it");
    auto const json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "Print JSON");
    command->callback([&chosen, json] {
        chosen = [json] {
            return with_serve_settings([json](serve_settings const& with) {
                return examine(with, *json ? report_form::json : report_form::text);
            });
        };
    });
}

}  // namespace tocsin::program
